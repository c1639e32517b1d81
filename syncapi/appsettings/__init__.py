"""What administrators set of an app, over what its declaration says (decision 0019)."""
