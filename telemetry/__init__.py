"""Metrics and traces. Independent of the domain; off unless configured."""
