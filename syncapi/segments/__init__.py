"""Snapshots that the server keeps: parts of at most 1,000 rows, compressed once, fetched one by one (decision 0015)."""
