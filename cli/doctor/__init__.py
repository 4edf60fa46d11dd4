"""`accord doctor`: checks of the installation, each finding with a remedy."""
