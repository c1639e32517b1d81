"""Push: what devices changed, and what the server makes of it (decision 0029)."""
