"""Haversack's server half: declarations, checks, sync API."""
