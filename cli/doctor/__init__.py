"""Looking whether everything is as it has to be, and saying what to do where it is not."""
