"""Structured logs: one JSON object per line, without confidential values."""
