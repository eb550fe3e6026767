"""An app that only hosts with the newer code have, as in a rolling deploy."""
