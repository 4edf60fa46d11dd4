"""Cryptographic proofs about ledgers, verifiable without trust in the operator: pure functions of bytes and keys."""
