"""Routers, one for each noun."""
