"""Golden messages, read by the Python and the TypeScript tests."""
