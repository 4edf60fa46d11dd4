"""Explanations of the state: why something is not met, and who owes what. One file for each noun."""
