"""Commands for a service at any address, over HTTP, with the token of a person."""
