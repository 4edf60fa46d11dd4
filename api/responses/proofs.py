"""Response models of checkpoints and Merkle proofs."""

from __future__ import annotations

from pydantic import BaseModel, Field

HASH = "32 bytes in hexadecimal"


class CheckpointResponse(BaseModel):
    """How a ledger stands at a size. Keep the note: the next one has to go on from it."""

    origin: str = Field(description="how the ledger is called in its checkpoints")
    size: int = Field(description="entries, from the first on")
    root: str = Field(description=f"root of their Merkle tree (RFC 9162): {HASH}")
    note: str | None = Field(description="the same as a signed note (c2sp.org/tlog-checkpoint); null where nothing is signed")
    keys: list[str] = Field(description="the keys that signed it; trust them when somebody else has told you the same")


class ConsistencyResponse(BaseModel):
    """Shows that the ledger of an earlier size is the beginning of a later one (RFC 9162, 2.1.4)."""

    first: int = Field(description="size of the earlier tree")
    second: int = Field(description="size of the later one")
    hashes: list[str] = Field(description=f"each {HASH}")


class InclusionResponse(BaseModel):
    """Shows that an entry stands in the ledger of a size (RFC 9162, 2.1.3)."""

    seq: int = Field(description="number of the entry; its index in the tree is one less")
    size: int
    leaf: str = Field(description=f"hash of the entry: {HASH}")
    hashes: list[str] = Field(description=f"from below, each {HASH}")
