"""Rehearsals: a story of dated acts run on the law alone, and what is expected of it."""
