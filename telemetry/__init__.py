"""What is measured and traced while the service runs. It knows nothing of programs; all of it is off unless it is asked for."""
