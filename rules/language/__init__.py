"""The plan language: what a plan can say, and how it is read."""
