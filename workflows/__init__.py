"""The clock: durable workflows and workers for what must happen when nobody acts. No rule runs here."""
