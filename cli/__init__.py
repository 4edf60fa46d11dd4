"""The `accord` command line: runs the servers, and talks to a running service."""
