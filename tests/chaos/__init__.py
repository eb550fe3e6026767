"""Several hosts on one Postgres, work under way, and everything that can break breaking: `make chaos`."""
