"""Reading producers' own sources: the way out, the adapters, and what they make of an answer."""
