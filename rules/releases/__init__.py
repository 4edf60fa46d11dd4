"""Releases: what is earned, what is posted for it, and what it waits for."""
