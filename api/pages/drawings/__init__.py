"""What pages draw, as coordinates: templates turn them into SVG, and show the same as a table beside it."""
