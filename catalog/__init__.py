"""The reference domain: a wholesale trade."""
