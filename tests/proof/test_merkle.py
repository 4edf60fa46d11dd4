"""Merkle trees: known roots, all proofs of small trees, and rejection of everything else."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proof.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofInvalid,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
ENTRIES.append(bytes(range(0x60, 0x70)))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of the trees of the first entries, as the tests of Certificate Transparency publish them."""

LARGEST = 40
LEAVES = [leaf_hash(bytes([number])) for number in range(LARGEST)]


def test_the_published_roots_come_out() -> None:
    leaves = [leaf_hash(entry) for entry in ENTRIES]
    assert [root_of(leaves[: size + 1]).hex() for size in range(len(leaves))] == ROOTS
    assert EMPTY_ROOT == sha256(b"").digest() == root_of([])


@pytest.mark.parametrize("size", range(1, LARGEST + 1))
def test_every_leaf_is_proved_and_no_other_passes_in_its_place(size: int) -> None:
    leaves, root = LEAVES[:size], root_of(LEAVES[:size])
    for index in range(size):
        proof = inclusion_proof(leaves, index)
        verify_inclusion(leaves[index], index, size, proof, root)
        for wrong in (index + 1, index - 1, size):
            with pytest.raises(ProofInvalid):
                verify_inclusion(leaves[index], wrong, size, proof, root)
        with pytest.raises(ProofInvalid):
            verify_inclusion(leaf_hash(b"another"), index, size, proof, root)
        with pytest.raises(ProofInvalid):
            verify_inclusion(leaves[index], index, size, (*proof, root), root)
        for step in range(len(proof)):
            with pytest.raises(ProofInvalid):
                verify_inclusion(leaves[index], index, size, proof[:step] + proof[step + 1 :], root)


@pytest.mark.parametrize("second", range(1, LARGEST + 1))
def test_every_beginning_is_proved_and_a_rewritten_one_is_not(second: int) -> None:
    leaves, root = LEAVES[:second], root_of(LEAVES[:second])
    for first in range(1, second + 1):
        earlier, proof = root_of(leaves[:first]), consistency_proof(leaves, first)
        verify_consistency(first, second, earlier, root, proof)
        rewritten = root_of([leaf_hash(b"rewritten"), *leaves[1:first]])
        with pytest.raises(ProofInvalid):
            verify_consistency(first, second, rewritten, root, proof)
        with pytest.raises(ProofInvalid):
            verify_consistency(first, second, earlier, leaf_hash(b"another"), proof)
        with pytest.raises(ProofInvalid):
            verify_consistency(first, second, earlier, root, (*proof, earlier))
        for step in range(len(proof)):
            with pytest.raises(ProofInvalid):
                verify_consistency(first, second, earlier, root, proof[:step] + proof[step + 1 :])


def test_a_tree_that_became_smaller_is_not_consistent() -> None:
    with pytest.raises(ProofInvalid):
        verify_consistency(5, 4, root_of(LEAVES[:5]), root_of(LEAVES[:4]), ())
    verify_consistency(0, 4, EMPTY_ROOT, root_of(LEAVES[:4]), ())


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_a_frontier_goes_on_where_it_was_stopped(first: int, more: int) -> None:
    """What stands on the head row of a program is enough to append to its tree."""
    leaves = (LEAVES * 2)[: first + more]
    begun = Frontier()
    for leaf in leaves[:first]:
        begun.append(leaf)
    again = Frontier(begun.size, begun.hashes)
    for leaf in leaves[first:]:
        again.append(leaf)
    assert (again.size, again.root()) == (len(leaves), root_of(leaves))


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="perfect subtrees"):
        Frontier(3, LEAVES[:1])
