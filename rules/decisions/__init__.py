"""Judging one act: may it be done, and which fact does it amount to."""
