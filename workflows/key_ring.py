"""Key ring of the payload codec: files in a folder, each named by its key id.

The named key encrypts, by default the last by name; all keys decrypt. To rotate, add a file with a later name. Remove an old
key once no payload in Temporal uses it.
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from workflows.secret_file import SettingsUnusable, secret

KEYS, KEY = "ACCORD_CODEC_KEYS", "ACCORD_CODEC_KEY"
KEY_BYTES = 32
KEY_COMMAND = "openssl rand -base64 32"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class KeyRing:
    """AES-256 keys by their ids."""

    def __init__(self, folder: Path, named: str | None = None) -> None:
        """`named` is the id of the key that encrypts. Raises SettingsUnusable."""
        self._folder, self._named = folder, named
        self._keys: dict[str, AESGCM] = {}
        self._read()

    def newest(self) -> tuple[str, AESGCM]:
        """The key that encrypts, with its id."""
        key_id = self._named or max(self._keys)
        return key_id, self._keys[key_id]

    def find(self, key_id: str) -> AESGCM | None:
        """A key for decryption; None if there is none. An unknown id is looked up in the folder again.

        Raises SettingsUnusable.
        """
        if key_id not in self._keys and _ID.fullmatch(key_id) and (self._folder / key_id).is_file():
            self._keys[key_id] = _read_key(self._folder / key_id)
        return self._keys.get(key_id)

    def _read(self) -> None:
        try:
            # Kubernetes mounts secrets with hidden folders beside them.
            files = [path for path in sorted(self._folder.iterdir()) if not path.name.startswith(".") and path.is_file()]
        except OSError as refused:
            raise SettingsUnusable(f"{KEYS} names {self._folder}, which is no folder to read: {refused.strerror}.") from None
        if wrong := [path.name for path in files if not _ID.fullmatch(path.name)]:
            raise SettingsUnusable(f"{KEYS}: {wrong[0]!r} can be no id of a key; letters, digits and . _ - can, up to 64.")
        self._keys = {path.name: _read_key(path) for path in files}
        if not self._keys:
            raise SettingsUnusable(f"{KEYS} names {self._folder}, in which there is no key. Make one: {KEY_COMMAND}.")
        if self._named is not None and self._named not in self._keys:
            raise SettingsUnusable(f"{KEY} is {self._named}, and there is no such file in {self._folder}.")


def _read_key(path: Path) -> AESGCM:
    try:
        held = base64.b64decode(secret(path, KEYS).strip(), validate=True)
    except binascii.Error:
        held = b""
    if len(held) != KEY_BYTES:
        raise SettingsUnusable(f"{KEYS}: {path} holds no key: {KEY_BYTES} bytes in base64, as of {KEY_COMMAND}.")
    return AESGCM(held)
