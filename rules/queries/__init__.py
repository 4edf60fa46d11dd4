"""What follows from how a program stands: one question of the law a file."""
