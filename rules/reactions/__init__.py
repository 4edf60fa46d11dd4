"""Settling: every clock that is due, and all that follows from a fact, in the order that is law."""
