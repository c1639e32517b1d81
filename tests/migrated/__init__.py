"""A Django app with a past: its migrations do to a tracked table what migrations do. Installed by its tests only."""
