"""The first version, which devices were used with."""
