"""Rehearsals: stories of dated acts, run on the law alone, with expectations."""
