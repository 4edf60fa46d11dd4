"""Commands that talk to a service at any address, over HTTP, as the person whose token they were given."""
