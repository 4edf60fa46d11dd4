"""How fast it is here: `python -m benchmarks`. Tables of medians and ratios, measured on a service of its own."""
