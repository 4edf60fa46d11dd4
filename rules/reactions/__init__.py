"""Reactions: due clocks, and all effects of a fact, in the order that is law."""
