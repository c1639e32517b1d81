"""What devices had done, and what came of it: so that nothing they send twice happens twice (W1)."""
