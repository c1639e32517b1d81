"""End to end: a real server process, real Chromium, and "offline" by stopping the server."""
