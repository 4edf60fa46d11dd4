"""Queries on the state of a program: one question a file. Those that produce effects are run by `rules.reactions`."""
