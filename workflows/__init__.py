"""The clock: what must happen when nobody acts. Workflows hear what is recorded and wait; no rule runs here."""
