"""The record: what happened, as an append-only ledger per program, and the views read from it."""
