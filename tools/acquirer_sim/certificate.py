# SPDX-License-Identifier: MIT
"""Test certificates for TLS: a CA of one folder, and server certificates that it signs.

EC P-256, as small terminals have room and speed for nothing longer. The CA of a folder stays when
another server certificate is made there: a terminal that pins it goes on. For the bench only: the
CA's private key lies beside it.
"""

import ipaddress
import os
import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from acquirer_sim.errors import AcquirerError

_CA_DAYS = 3650
_DAYS_MAX = 3650
_NAME_MAX = 64  # characters of a common name (RFC 5280, A.1)
_PAST = timedelta(days=1)  # a terminal's clock may be behind ours


@dataclass(frozen=True)
class Made:
    """Files of one folder."""

    ca_pem: Path
    ca_der: Path
    cert: Path
    key: Path


def make(folder: Path, name: str, days: int, valid: str = "now") -> Made:
    """Write ca.pem, ca.der, server.pem and server.key; `valid` is now, past or future.

    AcquirerError: a name or number that cannot be, or a folder that cannot be written.
    """
    if not 1 <= days <= _DAYS_MAX:
        raise AcquirerError(f"days {days}: must be 1 to {_DAYS_MAX}")
    if not name or len(name) > _NAME_MAX or not name.isascii() or not name.isprintable():
        raise AcquirerError(f"name {name!r}: must be 1 to {_NAME_MAX} printable characters")
    made = Made(*(folder / name for name in ("ca.pem", "ca.der", "server.pem", "server.key")))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        ca, ca_key = _ca(made, folder / "ca.key")
        cert, key = _server(name, _span(days, valid), ca, ca_key)
        made.cert.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
        _write_key(made.key, key)
    except OSError as error:
        raise AcquirerError(f"{folder}: cannot be written: {error.strerror}") from error
    return made


def server_context(cert: Path, key: Path, client_ca: "Path | None" = None) -> ssl.SSLContext:
    """Return what `serve` needs for TLS 1.2 and later; with `client_ca` clients must have one."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key)
        if client_ca:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
    except ssl.SSLError as error:
        raise AcquirerError(
            f"{cert}, {key}: no certificate and its key: {error.reason}"
        ) from error
    except OSError as error:
        raise AcquirerError(f"{error.filename or cert}: {error.strerror or error}") from error
    return context


def _span(days: int, valid: str) -> tuple:
    now = datetime.now(timezone.utc).replace(microsecond=0)
    if valid == "past":
        return now - timedelta(days=days) - _PAST, now - _PAST
    if valid == "future":
        return now + timedelta(days=days), now + 2 * timedelta(days=days)
    return now - _PAST, now + timedelta(days=days)


def _ca(made: Made, key_file: Path) -> tuple:
    """Return the folder's CA; make it when there is none."""
    if key_file.exists() and made.ca_pem.exists():
        try:
            key = serialization.load_pem_private_key(key_file.read_bytes(), None)
            return x509.load_pem_x509_certificate(made.ca_pem.read_bytes()), key
        except ValueError as error:
            raise AcquirerError(f"{made.ca_pem.parent}: holds no usable CA") from error
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _named("ESPOS bench CA " + os.urandom(4).hex())
    start = datetime.now(timezone.utc).replace(microsecond=0) - _PAST
    builder = _builder(subject, subject, key, (start, start + timedelta(days=_CA_DAYS)))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_ca_usage(), critical=True)
    cert = builder.sign(key, hashes.SHA256())
    _write_key(key_file, key)
    made.ca_pem.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    made.ca_der.write_bytes(cert.public_bytes(serialization.Encoding.DER))
    return cert, key


def _server(name: str, span: tuple, ca: x509.Certificate, ca_key: object) -> tuple:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(_named(name), ca.subject, key, span)
    builder = builder.add_extension(_alternatives(name), critical=False)
    server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    builder = builder.add_extension(server, critical=False)
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = builder.add_extension(authority, critical=False)
    return builder.sign(ca_key, hashes.SHA256()), key


def _builder(subject: x509.Name, issuer: x509.Name, key: object, span: tuple) -> object:
    public = key.public_key()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(span[0])
        .not_valid_after(span[1])
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _alternatives(name: str) -> x509.SubjectAlternativeName:
    """The name as a terminal looks for it: an address, or a host name; localhost is both."""
    try:
        return x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))])
    except ValueError:
        names = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    return x509.SubjectAlternativeName(names)


def _ca_usage() -> x509.KeyUsage:
    others = dict.fromkeys(
        (
            "digital_signature content_commitment key_encipherment data_encipherment"
            " key_agreement encipher_only decipher_only"
        ).split(),
        False,
    )
    return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **others)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _write_key(path: Path, key: object) -> None:
    data = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
