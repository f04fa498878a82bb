# SPDX-License-Identifier: MIT
"""Which transport a profile asks for, and its pinned CA: what the boards have in common."""

from pos.core.errors import ProfileError

CA_MAX_BYTES = 4096
_DER = 0x30  # a SEQUENCE


def transport(
    profile: object, backup: bool, link_up: object, ca_path: str, known: dict = None
) -> object:
    """Return an unopened connection to the primary or the backup host."""
    host = profile.backup_host if backup else profile.host
    port = profile.backup_port if backup else profile.port
    if profile.tls:
        from pos.acquirer.tls import TlsTransport

        return TlsTransport(host, port, link_up, profile.tls_name, lambda: read_ca(ca_path), known)
    from pos.acquirer.tcp import TcpTransport

    return TcpTransport(host, port, link_up, known)


def read_ca(path: str) -> bytes:
    """Return the CA's certificate; ProfileError when there is none, or none in DER."""
    data = b""
    try:
        with open(path, "rb") as source:
            data = source.read(CA_MAX_BYTES + 1)
    except OSError:
        pass  # told below, with what has to be done
    if not data:
        raise ProfileError("tls needs the CA's certificate, DER, as " + path)
    if len(data) > CA_MAX_BYTES or data[0] != _DER:
        raise ProfileError("%s is not a certificate in DER" % path)
    return data
