"""Rules of the server half, by name."""
