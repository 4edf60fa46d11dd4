"""The fold, one file for each noun: how a fact changes the state. Nothing is decided again."""
