"""A certificate authority for tests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


class Authority:
    """Gives out certificates in a folder; `certificate` is its own."""

    def __init__(self, folder: Path, name: str) -> None:
        folder.mkdir()
        self._folder, self._key = folder, ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        own = self._made(self._name, self._key.public_key(), x509.BasicConstraints(ca=True, path_length=None))
        self.certificate = folder / "authority.pem"
        self.certificate.write_bytes(own.public_bytes(serialization.Encoding.PEM))

    def given_to(self, name: str) -> Shown:
        """For a server or a client of this name."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        made = self._made(subject, key.public_key(), x509.SubjectAlternativeName([x509.DNSName(name)]))
        shown = Shown(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        shown.certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        shown.key.touch(0o600)
        plain = serialization.NoEncryption()
        shown.key.write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption_algorithm=plain)
        )
        return shown

    def _made(self, subject: x509.Name, key: ec.EllipticCurvePublicKey, says: x509.ExtensionType) -> x509.Certificate:
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(self._name, subject, key, x509.random_serial_number())
        builder = builder.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
        return builder.add_extension(says, critical=isinstance(says, x509.BasicConstraints)).sign(self._key, hashes.SHA256())
