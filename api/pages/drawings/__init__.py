"""Drawings as coordinates. Templates render them as SVG, and the same data as a table."""
