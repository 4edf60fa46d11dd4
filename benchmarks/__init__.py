"""Benchmarks: `python -m benchmarks` prints tables of medians and ratios, measured on a service of its own."""
