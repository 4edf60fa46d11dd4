"""What an automated check makes of what it has read."""
