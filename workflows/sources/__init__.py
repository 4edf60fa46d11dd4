"""Adapters to sources of producers, the egress gateway, and parsers of answers."""
