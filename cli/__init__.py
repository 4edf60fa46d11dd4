"""The `accord` command: the servers it keeps, and the conversations people have with them in a terminal."""
