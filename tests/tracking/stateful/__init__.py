"""A random history of a whole installation: every way of writing, scopes that change, devices that pull at any time."""
