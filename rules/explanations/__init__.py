"""Why one kind of thing is not as a gate asks for it."""
