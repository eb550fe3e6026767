"""What keeps jobs from being run: looked for in a few cheap queries, and told with place and remedy."""
