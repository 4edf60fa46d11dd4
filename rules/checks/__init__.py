"""Automated checks: from what a run has read to the acts that it submits."""
