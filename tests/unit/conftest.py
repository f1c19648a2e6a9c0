"""Unit tests reach no network at all, not even this machine's own."""

import pytest


@pytest.fixture(autouse=True)
def no_network(socket_disabled: None) -> None:
    """Any socket but the one that asyncio wakes itself with is an error."""
