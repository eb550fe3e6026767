"""An app of routines that tests of faults run: they keep a journal outside of the database, or they are poison."""
