"""Decisions on one act: whether it is allowed, and which fact it becomes. One file for each noun."""
