"""Tests of change tracking. Each runs on SQLite and on PostgreSQL; its id names the database."""
