"""How figures are judged: which one counts, against what, how surely, and what is not known."""
