import socket

import pytest
from pytest_socket import SocketBlockedError


def test_a_unit_test_reaches_no_network() -> None:
    with pytest.warns(UserWarning, match="socket"), pytest.raises(SocketBlockedError):
        socket.create_connection(("127.0.0.1", 9), timeout=1)


async def test_a_unit_test_may_be_asynchronous() -> None:
    with pytest.warns(UserWarning, match="socket"), pytest.raises(SocketBlockedError):
        socket.socket()
