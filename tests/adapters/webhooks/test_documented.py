"""The page for who writes a receiver says what is so."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.webhooks.signing import sign, write_secret
from bot.domain.webhooks import WebhookEvent
from tests.databases import A_VAULT
from tests.delivering import a_webhook

PAGE = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
BODY = b'{"type":"ping"}'


def test_the_check_takes_what_paraaf_sends_and_nothing_else() -> None:
    found = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert found
    names: dict[str, Any] = {}
    exec(found[1], names)  # noqa: S102 - our own page
    check, now = names["check"], datetime.now(UTC)
    renewed = a_webhook().renew(now)
    headers = sign(A_VAULT, renewed, "evt_1", now, BODY)
    assert check(write_secret(A_VAULT, renewed), headers, BODY)
    assert check(write_secret(A_VAULT, renewed, 1), headers, BODY)
    assert not check(write_secret(A_VAULT, a_webhook(generation=3)), headers, BODY)
    assert not check(write_secret(A_VAULT, renewed), headers, BODY + b" ")
    assert not check(write_secret(A_VAULT, renewed), headers | {"webhook-id": "evt_2"}, BODY)
    late = sign(A_VAULT, renewed, "evt_1", now - timedelta(minutes=6), BODY)
    assert not check(write_secret(A_VAULT, renewed), late, BODY)


def test_every_event_is_named() -> None:
    named = re.findall(r"^\| `([a-z.]+)` \|", PAGE, re.MULTILINE)
    assert set(named) - {"type"} == {each.value for each in WebhookEvent}
