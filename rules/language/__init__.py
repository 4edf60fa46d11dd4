"""The plan language: its models, and the reader of its text."""
