"""Proofs about ledgers that need no trust in whoever runs the service: pure functions of bytes and keys."""
