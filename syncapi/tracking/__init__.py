"""Change tracking (decision 0012): what is watched, the triggers that watch it, and reading what they saw."""
