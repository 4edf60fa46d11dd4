"""What one kind of fact makes of a program. Nothing is decided again here."""
