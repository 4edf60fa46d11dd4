"""Checkpoints: published test vectors verify, both signatures verify, and any changed bit is detected."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from proof.checkpoint import Checkpoint, LogKeys, Witness, verify_note
from proof.merkle import leaf_hash
from proof.signed_note import Note, NoteInvalid, VerifierKey

ORIGIN = "accord.example/program/1"
KEYS = LogKeys(bytes(range(64)))
CHECKPOINT = Checkpoint(ORIGIN, 12, leaf_hash(b"root"))
SIGNED = KEYS.sign(CHECKPOINT, 1_700_000_000)

NEUMANN_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN = """If you think cryptography is the answer to your problem,
then you don't know what your problem is.

— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
"""
"""The example of Go's package sumdb/note."""

BEHIND_THE_SOFA = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
"""The example of c2sp.org/tlog-checkpoint."""


def test_a_published_note_is_read_and_verified() -> None:
    key, note = VerifierKey.parse(NEUMANN_KEY), Note.parse(NEUMANN)
    assert (str(key), str(note)) == (NEUMANN_KEY, NEUMANN)
    signature = note.of(key)
    assert signature is not None
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature.value, note.text.encode())


def test_a_published_checkpoint_is_read() -> None:
    note = Note.parse(BEHIND_THE_SOFA)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
    assert str(checkpoint) == note.text


def test_a_checkpoint_is_verified_by_each_of_its_keys() -> None:
    again = Note.parse(str(SIGNED))
    for keys in (KEYS.verifiers(ORIGIN), KEYS.verifiers(ORIGIN)[:1], KEYS.verifiers(ORIGIN)[1:]):
        assert verify_note(again, keys) == CHECKPOINT


def test_a_party_signs_beside_the_operator() -> None:
    witness = Witness("north.example/witness", Ed25519PrivateKey.from_private_bytes(bytes(32)))
    cosigned = witness.cosign(SIGNED, 1_700_000_100)
    assert verify_note(Note.parse(str(cosigned)), [*KEYS.verifiers(ORIGIN), witness.verifier]) == CHECKPOINT
    later = witness.cosign(cosigned, 1_700_000_200)
    assert len(later.signatures) == len(cosigned.signatures)  # the newer takes the place of the older
    with pytest.raises(NoteInvalid, match=r"north\.example/witness .* has not signed"):
        verify_note(SIGNED, [witness.verifier])


def test_keys_of_another_ledger_are_not_of_this_one() -> None:
    with pytest.raises(NoteInvalid, match="has not signed"):
        verify_note(SIGNED, KEYS.verifiers("accord.example/program/2"))
    with pytest.raises(NoteInvalid, match="nobody is trusted"):
        verify_note(SIGNED, [])


@pytest.mark.parametrize("key", KEYS.verifiers(ORIGIN), ids=["ed25519", "ml-dsa-44"])
def test_no_bit_of_what_is_signed_can_be_changed(key: VerifierKey) -> None:
    written = str(SIGNED).encode()
    signature = SIGNED.of(key)
    assert signature is not None
    line = b64encode(signature.key_id + signature.value)
    begin = written.index(line)
    places = [*range(len(SIGNED.text.encode())), *range(begin, begin + len(line), 1 + len(line) // 100)]
    passed = []
    for place in places:
        for bit in range(8):
            changed = bytearray(written)
            changed[place] ^= 1 << bit
            try:
                verify_note(Note.parse(changed.decode()), [key])
            except (NoteInvalid, UnicodeDecodeError):
                continue
            passed.append((place, bit))
    assert passed == []


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("", "empty line"),
        ("text\n", "empty line"),
        ("text\n\n— name AAAAAAA=", "ended by a newline"),
        ("te\txt\n\n— name AAAAAAA=\n", "control characters"),
        ("text\n\n- name AAAAAAA=\n", "dash"),
        ("text\n\n— name\n", "dash"),
        ("text\n\n— name AAAA\n", "dash"),
        ("text\n\n— a name AAAAAAA=\n", "base64"),
        ("text\n\n— name AAAAAAB=\n", "another way"),
        ("text\n\n" + "— name AAAAAAA=\n" * 65, "no more than 64"),
    ],
)
def test_what_is_no_note_is_refused_with_what_is_wrong(written: str, what: str) -> None:
    with pytest.raises(NoteInvalid, match=what):
        Note.parse(written)


@pytest.mark.parametrize(
    "text", ["", "a\n1\n", "a\n01\nAAAA\n", "a\n-1\nAAAA\n", "a\n1\nAAAA\n", "\n1\nAAAA\n", "a\n1\nAAAA\nmore\n"]
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        Checkpoint.parse(text)


@pytest.mark.parametrize(
    "text", ["", "name", "name+00000000+AAAA", NEUMANN_KEY.replace("c74", "c75"), "a b" + NEUMANN_KEY[12:]]
)
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(NoteInvalid):
        VerifierKey.parse(text)


@given(st.text())
def test_no_text_makes_reading_fail_otherwise(text: str) -> None:
    for read in (Note.parse, VerifierKey.parse, Checkpoint.parse):
        try:
            read(text)
        except NoteInvalid:
            continue


def test_base64_of_a_key_is_its_bytes() -> None:
    key = VerifierKey.parse(NEUMANN_KEY)
    assert b64decode(NEUMANN_KEY.rpartition("+")[2]) == bytes([key.kind]) + key.public
