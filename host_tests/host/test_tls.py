# SPDX-License-Identifier: MIT
"""TLS on real sockets, the firmware on both runtimes: who is trusted, who is not, and why."""

import asyncio
import json
import ssl
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from acquirer_sim import AcquirerError
from acquirer_sim.certificate import make, server_context
from fakes.acquirer import profile, vector
from pos.acquirer import dial
from pos.acquirer.exchange import Exchange
from pos.acquirer.framing import Framing
from pos.core.errors import NoAnswer, NotSent, ProfileError
from posctl import cli
from posctl.paths import FIRMWARE, STUBS

_REQUEST = bytes.fromhex(vector("c_echo_req")["hex"])
_ANSWER = bytes.fromhex(vector("c_echo_resp")["hex"])
_FAKES = Path(__file__).parents[1]
_MICROPYTHON = Path(sys.executable).with_name("micropython")
_SHORT_S = 1.0
_NAME = "acquirer.test"

# What the shared exchange says of one server: its frame, or why there is none.
_ASK = """
import sys
sys.path[:] = {paths!r}
from fakes.acquirer import profile, vector
from pos.acquirer import dial
from pos.acquirer.exchange import Exchange
from pos.acquirer.framing import Framing
from pos.core import aio
from pos.core.errors import NoAnswer, NotSent
request = bytes.fromhex(vector("c_echo_req")["hex"])
parameters = profile(port={port}, tls=True, tls_name={name!r})
exchange = Exchange(Framing(parameters))
exchange.buffer[: len(request)] = request
line = dial.transport(parameters, False, lambda: True, {ca!r})
try:
    print(bytes(aio.run(exchange.run(line, len(request), {limit}, {limit}))).hex())
except NotSent as error:
    print(error.reason)
except NoAnswer as error:
    print(error.f39)
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """Server certificates: four of one CA, one of another."""
    made, folder = {}, tmp_path_factory.mktemp("tls")
    for kind, name, valid in (
        ("good", _NAME, "now"),
        ("other", "other.test", "now"),
        ("expired", _NAME, "past"),
        ("early", _NAME, "future"),
    ):
        files = make(folder, name, 30, valid)
        made[kind] = server_context(files.cert, files.key)
        made["ca"] = str(files.ca_der)
    stranger = make(tmp_path_factory.mktemp("stranger"), _NAME, 30)
    made["stranger"] = server_context(stranger.cert, stranger.key)
    made["stranger_ca"] = str(stranger.ca_der)
    made["self"] = _self_signed(folder)
    return made


def _self_signed(folder: Path) -> ssl.SSLContext:
    """A server whose certificate is its own CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
    now = datetime.now(timezone.utc)
    cert = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    cert = cert.public_key(key.public_key()).serial_number(1)
    cert = cert.not_valid_before(now - timedelta(1)).not_valid_after(now + timedelta(1))
    names = x509.SubjectAlternativeName([x509.DNSName(_NAME)])
    cert = cert.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "self.pem").write_bytes(cert.public_bytes(Encoding.PEM))
    (folder / "self.key").write_bytes(pem)
    return server_context(folder / "self.pem", folder / "self.key")


async def _answering(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        if await reader.readexactly(len(_REQUEST)) == _REQUEST:
            for at in range(0, len(_ANSWER), 30):
                writer.write(_ANSWER[at : at + 30])
                await writer.drain()
        await reader.read()
    except (asyncio.IncompleteReadError, OSError):
        pass
    finally:
        writer.close()


async def _closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(len(_REQUEST))
    writer.transport.abort()


async def _stalling(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()


def _ask(runtime: str, ca: str, context: "ssl.SSLContext | None", handler: object) -> str:
    """Serve, let the terminal of a runtime ask once, return what it says."""

    async def run() -> str:
        server = await asyncio.start_server(handler, "127.0.0.1", 0, ssl=context)
        port = server.sockets[0].getsockname()[1]
        try:
            return await (_ask_unix if runtime == "micropython" else _ask_here)(port, ca)
        finally:
            server.close()

    return asyncio.run(run())


async def _ask_here(port: int, ca: str) -> str:
    parameters = profile(port=port, tls=True, tls_name=_NAME)
    exchange = Exchange(Framing(parameters))
    exchange.buffer[: len(_REQUEST)] = _REQUEST
    line = dial.transport(parameters, False, lambda: True, ca)
    try:
        return bytes(await exchange.run(line, len(_REQUEST), _SHORT_S, _SHORT_S)).hex()
    except NotSent as error:
        return error.reason
    except NoAnswer as error:
        return error.f39


async def _ask_unix(port: int, ca: str) -> str:
    paths = [str(STUBS), str(FIRMWARE), str(_FAKES), ".frozen"]
    program = _ASK.format(paths=paths, port=port, name=_NAME, ca=ca, limit=_SHORT_S)
    process = await asyncio.create_subprocess_exec(
        _MICROPYTHON, "-c", program, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    return said.decode().strip()


@pytest.mark.parametrize("runtime", ["cpython", "micropython"])
@pytest.mark.parametrize(
    ("server", "expected"),
    [
        ("good", _ANSWER.hex()),
        ("other", "tls.name"),
        ("expired", "tls.expired"),
        ("early", "tls.early"),
        ("stranger", "tls.ca"),
        ("self", "tls.ca"),
    ],
)
def test_who_is_trusted(certificates: dict, server: str, expected: str, runtime: str) -> None:
    assert _ask(runtime, certificates["ca"], certificates[server], _answering) == expected


@pytest.mark.parametrize("runtime", ["cpython", "micropython"])
def test_the_pinned_ca_is_the_only_one(certificates: dict, runtime: str) -> None:
    assert _ask(runtime, certificates["stranger_ca"], certificates["good"], _answering) == "tls.ca"


@pytest.mark.parametrize("runtime", ["cpython", "micropython"])
def test_no_tls_at_the_other_end(certificates: dict, runtime: str) -> None:
    ca = certificates["ca"]
    assert _ask(runtime, ca, None, _stalling) == "no connection in time"
    assert _ask(runtime, ca, None, _closing) in ("tls.failed", "no connection")


@pytest.mark.parametrize("runtime", ["cpython", "micropython"])
def test_after_the_request_it_may_have_been_booked(certificates: dict, runtime: str) -> None:
    assert _ask(runtime, certificates["ca"], certificates["good"], _closing) == "98"
    assert _ask(runtime, certificates["ca"], certificates["good"], _stalling) == "98"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("runtime", ["cpython", "micropython"])
def test_old_versions_are_refused(certificates: dict, runtime: str, tmp_path: Path) -> None:
    files = make(tmp_path, _NAME, 30)
    context = server_context(files.cert, files.key)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    said = _ask(runtime, str(files.ca_der), context, _answering)
    assert said in ("tls.failed", "no connection")


def test_without_a_usable_ca_there_is_no_terminal(tmp_path: Path) -> None:
    missing = tmp_path / "ca.der"
    for content, words in (
        (None, "tls needs the CA's certificate"),
        (b"", "tls needs the CA's certificate"),
        (b"-----BEGIN CERTIFICATE-----", "not a certificate in DER"),
        (b"\x30" * 5000, "not a certificate in DER"),
    ):
        if content is not None:
            missing.write_bytes(content)
        with pytest.raises(ProfileError, match=words):
            dial.read_ca(str(missing))
    missing.write_bytes(b"\x30\x03abc")
    line = dial.transport(profile(port=1, tls=True), False, lambda: True, str(missing))
    with pytest.raises(ProfileError, match="DER"):
        asyncio.run(line.open())


def test_certificates_keep_their_ca(tmp_path: Path) -> None:
    first = make(tmp_path, _NAME, 30)
    ca = first.ca_der.read_bytes()
    assert make(tmp_path, "127.0.0.1", 1, "past").ca_der.read_bytes() == ca
    for name, days in (("", 3), ("x" * 65, 3), ("n", 0), ("n", 9999)):
        with pytest.raises(AcquirerError, match="must be"):
            make(tmp_path, name, days)


def test_serve_and_init_take_files(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    files = make(tmp_path, _NAME, 30)
    with pytest.raises(AcquirerError, match="no certificate and its key"):
        server_context(files.cert, files.ca_pem)
    with pytest.raises(AcquirerError, match="none.pem"):
        server_context(tmp_path / "none.pem", files.key)
    database, state = str(tmp_path / "a.db"), str(tmp_path / "state")
    assert cli.main(["acquirer", "serve", "--port", "0", "--db", database, "--tls-cert", "x"]) == 2
    assert "go together" in capsys.readouterr().err
    init = ["terminal", "init", "--state", state, "--db", database, "--json"]
    assert cli.main([*init, "--tls-ca", str(files.key)]) == 2
    assert "PEM or DER" in capsys.readouterr().err
    assert cli.main([*init, "--tls-name", "x"]) == 2
    capsys.readouterr()
    assert cli.main([*init, "--tls-ca", str(files.ca_pem), "--tls-name", _NAME]) == 0
    made = json.loads((tmp_path / "state" / "profile.json").read_text("utf-8"))
    assert (made["tls"], made["tls_name"]) == (True, _NAME)
    assert (tmp_path / "state" / "ca.der").read_bytes() == files.ca_der.read_bytes()
