"""What the door answers. Every instant is UTC, RFC 3339 with six decimals."""
