"""Haversack's front-end half: the generated, installable app."""
