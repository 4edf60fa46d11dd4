"""Saving all that cannot be made again, and bringing it back."""
