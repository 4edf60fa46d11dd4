"""The clock: what must happen when nobody acts."""
