"""Merkle trees of RFC 9162, section 2.1: roots, inclusion proofs and consistency proofs, made and verified.

A leaf hash is SHA-256 of a zero byte and the entry; a node is SHA-256 of a one byte and the hashes of its two children. Hashes
are 32 bytes. Indexes of leaves begin at 0. A tree of `size` leaves is split at the largest power of two that is smaller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
"""The root of a tree without leaves."""


class ProofInvalid(ValueError):
    """A proof that fails. The message says at which step."""


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """An append-only tree, as the roots of its perfect subtrees, largest first.

    It has one hash for each set bit of the size: at most 17 for 100,000 leaves.
    """

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        if len(hashes) != size.bit_count():
            raise ValueError(f"a tree of {size} leaves has {size.bit_count()} perfect subtrees, not {len(hashes)}")
        self.size, self._hashes = size, list(hashes)

    @property
    def hashes(self) -> tuple[bytes, ...]:
        return tuple(self._hashes)

    def append(self, leaf: bytes) -> None:
        """Adds the hash of a leaf."""
        merged, size = leaf, self.size
        while size & 1:
            merged, size = node_hash(self._hashes.pop(), merged), size >> 1
        self._hashes.append(merged)
        self.size += 1

    def root(self) -> bytes:
        if not self._hashes:
            return EMPTY_ROOT
        *others, root = self._hashes
        for other in reversed(others):
            root = node_hash(other, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of a tree of these leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The sibling hashes on the path from a leaf to the root, bottom up (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return ()
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return (*inclusion_proof(left, index), root_of(right))
    return (*inclusion_proof(right, index - split), root_of(left))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Verifies that a leaf is at an index of the tree of that size and root (2.1.3.2). Raises ProofInvalid."""
    if not 0 <= index < size:
        raise ProofInvalid(f"entry {index} lies outside of a tree of {size}")
    # Below the point where the paths of this leaf and the last leaf meet, the bits of the index give the side of the sibling.
    # Above it the path is the right edge of the tree, and siblings are on the left.
    inner = (index ^ (size - 1)).bit_length()
    _check_length(proof, inner + (index >> inner).bit_count())
    if _edge(_climb(leaf, proof[:inner], index), proof[inner:]) != root:
        raise ProofInvalid("the proof leads to another root")


def consistency_proof(leaves: Sequence[bytes], first: int) -> tuple[bytes, ...]:
    """Proof that the tree of the `first` leaves is a prefix of the tree of all leaves (2.1.4.1)."""
    if not 0 < first <= len(leaves):
        raise IndexError(f"a tree of {first} leaves is no beginning of one of {len(leaves)}")
    return _subproof(leaves, first, is_whole=True)


def _subproof(leaves: Sequence[bytes], first: int, *, is_whole: bool) -> tuple[bytes, ...]:
    if first == len(leaves):
        return () if is_whole else (root_of(leaves),)
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if first <= split:
        return (*_subproof(left, first, is_whole=is_whole), root_of(right))
    return (*_subproof(right, first - split, is_whole=False), root_of(left))


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Verifies that the tree of size `first` is a prefix of the tree of size `second` (2.1.4.2). Raises ProofInvalid."""
    if not 0 <= first <= second:
        raise ProofInvalid(f"a tree of {second} cannot go on from one of {first}")
    if first in {0, second}:
        expected = EMPTY_ROOT if first == 0 else second_root
        if proof or first_root != expected:
            raise ProofInvalid("two trees of one size have different roots" if first else "the empty tree has another root")
        return
    # The last perfect subtree of the earlier tree is in both. If it is the whole earlier tree, its root is `first_root`.
    height = (first & -first).bit_length() - 1
    is_known = first == 1 << height
    inner = ((first - 1) ^ (second - 1)).bit_length() - height
    bits = (first - 1) >> height
    _check_length(proof, (0 if is_known else 1) + inner + (bits >> inner).bit_count())
    begin, rest = (first_root, proof) if is_known else (proof[0], proof[1:])
    steps, edge = rest[:inner], rest[inner:]
    earlier = [step for place, step in enumerate(steps) if bits >> place & 1]  # what stands on the right came later
    if _edge(_edge(begin, earlier), edge) != first_root:
        raise ProofInvalid("the proof leads to another earlier root")
    if _edge(_climb(begin, steps, bits), edge) != second_root:
        raise ProofInvalid("the proof leads to another later root")


def _climb(found: bytes, steps: Sequence[bytes], bits: int) -> bytes:
    """Hashes upwards; each bit says whether the sibling is on the left."""
    for place, step in enumerate(steps):
        found = node_hash(step, found) if bits >> place & 1 else node_hash(found, step)
    return found


def _edge(found: bytes, steps: Sequence[bytes]) -> bytes:
    """Hashes upwards along the right edge of the tree."""
    for step in steps:
        found = node_hash(step, found)
    return found


def _check_length(proof: Sequence[bytes], expected: int) -> None:
    if len(proof) != expected:
        raise ProofInvalid(f"the proof has {len(proof)} hashes, where the tree asks for {expected}")


def _split(size: int) -> int:
    """The largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1
