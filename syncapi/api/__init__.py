"""The sync API over HTTP."""
