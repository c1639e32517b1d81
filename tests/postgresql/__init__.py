"""PostgreSQL as the tests use it."""
