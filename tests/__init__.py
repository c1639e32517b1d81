"""Tests: protocol golden files, server, tooling, catalogue, and end to end in a real browser."""
