"""Settings of the demo project: one module per way of running it."""
