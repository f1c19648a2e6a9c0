"""Where the evidence process is reached: a socket on this machine, or a port with certificates on both sides."""

import pwd
import socket
import ssl
import stat
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from yarl import URL

_PEER = struct.Struct("3i")
_SOCKET_MODE = 0o660
_BACKLOG = 128
_LONGEST = 107
"""Bytes of a socket's path (unix(7), `sun_path`)."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: our certificate, its private key, and the authority under which the other side's has to be."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """A socket in the file system."""

    path: Path


@dataclass(frozen=True, slots=True)
class TlsAddress:
    """A port that talks to nobody without a certificate."""

    host: str
    port: int
    certificates: Certificates


Address: TypeAlias = UnixAddress | TlsAddress


class AddressRefused(Exception):
    """Nobody can listen there; the message says why and what to do."""


def read_address(text: str, certificates: Certificates | None) -> Address:
    """The address in `unix:///path` or `https://host:port`. Raises `ValueError` that says what to write."""
    url = URL(text)
    if url.scheme == "unix" and not url.host and url.path.startswith("/") and not url.path.endswith("/"):
        return UnixAddress(Path(url.path))
    if url.scheme != "https" or not url.host or url.path not in {"", "/"} or url.query_string or url.user:
        raise ValueError("write unix:///path/evidence.sock or https://host:port")
    if certificates is None:
        raise ValueError("set PARAAF_EVIDENCE_CERT, PARAAF_EVIDENCE_KEY and PARAAF_EVIDENCE_CA as well")
    return TlsAddress(url.host, url.port or 443, certificates)


def bind_socket(path: Path) -> socket.socket:
    """A listening socket that its owner and its group may connect to.

    One that a process which is gone has left there is replaced. Raises `AddressRefused`, `OSError`.
    """
    if len(str(path).encode()) > _LONGEST:
        raise AddressRefused(f"{path}: too long for a socket, which has {_LONGEST} bytes; choose a shorter path")
    _clear(path)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(str(path))
        # Nobody can connect before it listens, so nobody gets in before the mode is right.
        path.chmod(_SOCKET_MODE)
        bound.listen(_BACKLOG)
    except BaseException:
        bound.close()
        raise
    bound.settimeout(0)
    return bound


def _clear(path: Path) -> None:
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise AddressRefused(f"{path}: something else than a socket lies there; remove it, or choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
        else:
            raise AddressRefused(f"{path}: another process listens there")


def find_users(names: Iterable[str]) -> frozenset[int]:
    """The ids of these system users, given by name or id. Raises `ValueError` for one that there is not."""
    return frozenset(map(_find_user, names))


def _find_user(name: str) -> int:
    if name.isdecimal():
        return int(name)
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        raise ValueError(f"there is no user {name} on this machine") from None


def read_peer(connection: socket.socket) -> int:
    """The id of the system user at the other end of a socket on this machine, as the kernel tells it."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    _, user, _ = _PEER.unpack(told)
    return int(user)


def make_server_context(certificates: Certificates) -> ssl.SSLContext:
    """TLS 1.3, for who has a certificate under the authority. Raises `OSError`, of which `ssl.SSLError` is one."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(certificates.authority))
    context.verify_mode = ssl.CERT_REQUIRED
    return _complete(context, certificates)


def make_client_context(certificates: Certificates) -> ssl.SSLContext:
    """TLS 1.3, with a host whose certificate is under the authority and bears its name. Raises `OSError`."""
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(certificates.authority))
    return _complete(context, certificates)


def _complete(context: ssl.SSLContext, certificates: Certificates) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # In Python's default from 3.13 on; the same checks on every version.
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.load_cert_chain(certificates.certificate, certificates.key, password="")  # else it would ask a terminal
    return context
