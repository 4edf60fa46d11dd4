"""Expiry of certificates and secrets in the environment: from the certificates, from JWTs, and from dates that operators noted
beside a secret.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from cryptography import x509
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from db.expiry import SOON, Expiry
from workflows.client import TemporalSettings
from workflows.secret_file import SettingsUnusable, contents
from workflows.sources.secrets import FOLDER, PREFIX

_TOKEN = re.compile(r"[\w-]+\.([\w-]+)\.[\w-]*")
_BESIDE = ("_HOSTS", "_UNTIL")


def expiring(settings: TemporalSettings, environment: Mapping[str, str], within: timedelta = SOON) -> list[Expiry]:
    """Credentials that expire within a duration or have expired, soonest first. Raises SettingsUnusable."""
    found = [*_certificates(settings, environment), *_secrets(settings, environment)]
    latest = datetime.now(UTC) + within
    return sorted((one for one in found if one.ends_at <= latest), key=lambda one: one.ends_at)


def _certificates(settings: TemporalSettings, environment: Mapping[str, str]) -> Iterator[Expiry]:
    files = {
        "TEMPORAL_TLS_CLIENT_CERT_PATH": settings.temporal_tls_client_cert_path,
        "TEMPORAL_TLS_SERVER_CA_CERT_PATH": settings.temporal_tls_server_ca_cert_path,
    }
    for variable in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        try:
            said = conninfo_to_dict(environment.get(variable) or "")
        except ProgrammingError:
            continue  # reported by whoever connects there
        files |= {f"{name} of {variable}": Path(str(said[name])) for name in ("sslcert", "sslrootcert") if said.get(name)}
    for variable, file in files.items():
        if file is not None and str(file) != "system":
            yield from _certificate_file(variable, file)


def _certificate_file(variable: str, file: Path) -> Iterator[Expiry]:
    """The first expiry in a file, which may be a bundle."""
    try:
        held = x509.load_pem_x509_certificates(contents(file, variable))
    except ValueError:
        raise SettingsUnusable(f"{variable} names {file}, which holds no certificate in PEM.") from None
    first = min(held, key=lambda one: one.not_valid_after_utc)
    yield Expiry("certificate", f"{variable} ({file})", first.not_valid_after_utc)


def _secrets(settings: TemporalSettings, environment: Mapping[str, str]) -> Iterator[Expiry]:
    if (key := settings.api_key()) and (says := _token_expiry(SecretStr(key))):
        yield Expiry("secret", "the API key of Temporal", says)
    for name, held, noted in _source_secrets(environment):
        if ends := _noted_expiry(name, noted) if noted else _token_expiry(held):
            yield Expiry("secret", f"the secret {name} of a source", ends)


def _source_secrets(environment: Mapping[str, str]) -> Iterator[tuple[str, SecretStr, str]]:
    """Name, secret and noted expiry of each source's secret."""
    for variable, held in environment.items():
        if variable.startswith(PREFIX) and not variable.endswith(_BESIDE):
            name = variable.removeprefix(PREFIX).lower()
            yield name, SecretStr(held), environment.get(f"{variable}_UNTIL", "")
    folder = environment.get(FOLDER)
    if folder and Path(folder).is_dir():
        for file in sorted(Path(folder).iterdir()):
            if file.is_file() and "." not in file.name:
                beside = file.with_name(f"{file.name}.until")
                yield file.name, SecretStr(_text(file)), _text(beside) if beside.is_file() else ""


def _text(file: Path) -> str:
    return contents(file, FOLDER).decode(errors="replace").strip()


def _noted_expiry(name: str, noted: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(noted.strip()), time(), UTC)
    except ValueError:
        raise SettingsUnusable(
            f"What is noted of the end of the secret {name} is no day: write {PREFIX}{name.upper()}_UNTIL, or a file "
            f"{name}.until in {FOLDER}, as 2027-01-31."
        ) from None


def _token_expiry(secret: SecretStr) -> datetime | None:
    """The unverified `exp` of a JWT; None for other secrets. Used for warnings only."""
    if (found := _TOKEN.fullmatch(secret.get_secret_value())) is None:
        return None
    try:
        said = json.loads(base64.urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)))
        return datetime.fromtimestamp(said["exp"], UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None
