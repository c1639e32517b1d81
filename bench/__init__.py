"""Benchmarks: side by side in one run; ratios count, seconds do not."""
