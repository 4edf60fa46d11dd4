"""Figures: which one counts, against which target, how certain it is, and what is unknown."""
