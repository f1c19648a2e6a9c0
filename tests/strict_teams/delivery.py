"""How Teams delivers to the bot: activities, each with a token of its own, answered within 5 seconds."""

import asyncio
import json
import time
from dataclasses import dataclass, field

import aiohttp
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from tests.strict_teams.facts import Json, NotAcknowledged
from tests.strict_teams.login import ISSUER, Login, make_key, sign_token

ANSWER = 5.0
"""Seconds that Teams gives the bot."""


@dataclass(frozen=True)
class Sent:
    """A request as it left, to be sent again or tampered with."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Received:
    """The bot's answer to a request, as it came."""

    status: int
    text: str
    content_type: str

    def read(self) -> Json:
        """The body of an answer to an invoke; nothing is `{}`. Raises `NotAcknowledged` when it is none."""
        if self.status != 200:
            raise NotAcknowledged(f"The bot answered {self.status}: {self.text[:200]!r}")
        if not self.text:
            return {}
        if self.content_type != "application/json":
            raise NotAcknowledged(f"Teams reads no body of {self.content_type}: {self.text[:80]!r}")
        answer = json.loads(self.text)
        if not isinstance(answer, dict):
            raise NotAcknowledged(f"No JSON object: {self.text[:80]!r}")
        return answer


@dataclass
class Delivery:
    """Delivers to `address`."""

    login: Login
    session: aiohttp.ClientSession
    address: str = ""
    last: Sent | None = field(default=None, init=False)
    """The newest request that somebody's own deed led to; refreshes do not count."""

    async def deliver(self, activity: Json, *, own_deed: bool = True) -> Json:
        """Deliver an activity, and read its answer: of a message that is `{}`, whatever stands in it."""
        sent = self.sign(activity)
        if own_deed:
            self.last = sent
        received = await self.send(sent)
        if activity["type"] == "invoke":
            return received.read()
        if received.status not in {200, 201, 202}:
            raise NotAcknowledged(f"The bot answered {received.status}: {received.text[:200]!r}")
        return {}

    def sign(
        self,
        activity: Json,
        *,
        age: float = 0,
        key: RSAPrivateKey | bytes | str | None = "",
        alg: str = "RS256",
        claims: Json | None = None,
        head: Json | None = None,
    ) -> Sent:
        """A request with its token.

        `age` in seconds; `key` signs it instead of the current one (bytes for HS256, None for no signature); `claims`
        and `head` replace what stands in the token, and what is None there is left out.
        """
        now = int(time.time() - age)
        told: Json = {"iss": ISSUER, "aud": self.login.app_id, "serviceurl": activity.get("serviceUrl")}
        told |= {"nbf": now - 300, "exp": now + 3_600, **(claims or {})}
        marks = {"alg": alg, "kid": self.login.signing, "x5t": self.login.signing, **(head or {})}
        signer = make_key(self.login.signing) if isinstance(key, str) else key
        token = sign_token(_without_none(told), signer, _without_none(marks))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        return Sent(json.dumps(activity, ensure_ascii=False).encode(), headers)

    async def send(self, sent: Sent) -> Received:
        """Send a request as it is. Raises `NotAcknowledged` when there is no answer in time."""
        assert self.address, "Tell this Teams where the bot listens: teams.connect(address)."
        try:
            async with (
                asyncio.timeout(ANSWER),
                self.session.post(self.address, data=sent.body, headers=sent.headers) as answer,
            ):
                return Received(answer.status, await answer.text(), answer.content_type)
        except TimeoutError as error:
            raise NotAcknowledged(f"No answer within {ANSWER:g} s.") from error


def _without_none(thing: Json) -> Json:
    return {name: value for name, value in thing.items() if value is not None}
