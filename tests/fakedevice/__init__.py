"""Tests of `syncapi.testing` itself."""
