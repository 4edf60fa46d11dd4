"""Response models of the API. Every instant is UTC, RFC 3339 with six decimals."""
