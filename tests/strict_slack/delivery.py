"""How Slack delivers to the app: signed HTTP requests, or envelopes over a socket, acknowledged within 3 seconds."""

import asyncio
import json
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from slack_sdk.signature import SignatureVerifier

from tests.strict_slack.facts import Json, NotAcknowledged
from tests.strict_slack.server import Server

ACKNOWLEDGE = 3.0
"""Seconds that Slack gives the app."""


@dataclass(frozen=True)
class Sent:
    """A request as it left, to be sent again or tampered with."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Received:
    """The app's answer to a request, as it came."""

    status: int
    text: str
    content_type: str

    def read(self) -> Json:
        """The body of an acknowledgement; nothing is `{}`. Raises `NotAcknowledged` when it is none."""
        if self.status != 200:
            raise NotAcknowledged(f"The app answered {self.status}.")
        if not self.text:
            return {}
        if self.content_type != "application/json":
            raise NotAcknowledged(f"Slack shows no one a body of {self.content_type}: {self.text[:80]!r}")
        answer: Json = json.loads(self.text)
        return answer


@dataclass
class Delivery:
    """Delivers to `address`, or over the sockets that the app has opened when there is no address."""

    server: Server
    signing_secret: str
    session: aiohttp.ClientSession
    address: str | None = None
    last: Sent | None = field(default=None, init=False)

    async def deliver(self, payload: Json, *, form: bool) -> Json:
        """Deliver a command (`form`) or another payload, and read what it was acknowledged with."""
        if self.address is None:
            kind = "slash_commands" if form else "events_api" if payload["type"] == "event_callback" else "interactive"
            return await self.deliver_over_socket(kind, payload)
        self.last = self.sign(payload, form=form)
        return (await self.send(self.last)).read()

    def sign(self, payload: Json, *, form: bool = False, age: float = 0, secret: str | None = None) -> Sent:
        """A request with its headers; `age` in seconds, `secret` to sign with another one."""
        if payload.get("type") in {"event_callback", "url_verification"}:
            body, kind = json.dumps(payload), "application/json"
        else:
            body = urlencode(payload if form else {"payload": json.dumps(payload)})
            kind = "application/x-www-form-urlencoded"
        timestamp = str(int(time.time() - age))
        signature = SignatureVerifier(secret or self.signing_secret).generate_signature(timestamp=timestamp, body=body)
        headers = {"Content-Type": kind, "X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature or ""}
        return Sent(body.encode(), headers)

    async def send(self, sent: Sent) -> Received:
        """Send a request as it is. Raises `NotAcknowledged` when there is no answer in time."""
        assert self.address, "Tell this Slack where the app is: slack.connect(address)."
        try:
            async with (
                asyncio.timeout(ACKNOWLEDGE),
                self.session.post(self.address, data=sent.body, headers=sent.headers) as answer,
            ):
                return Received(answer.status, await answer.text(), answer.content_type)
        except TimeoutError as error:
            raise NotAcknowledged(f"No answer within {ACKNOWLEDGE:g} s.") from error

    async def deliver_over_socket(self, kind: str, payload: Json, envelope_id: str | None = None) -> Json:
        envelope_id = envelope_id or str(uuid4())
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self.server.socket_answers[envelope_id] = waiting
        socket = next(each for each in reversed(self.server.sockets) if not each.closed)
        envelope = {"type": kind, "envelope_id": envelope_id, "payload": payload, "accepts_response_payload": True}
        await socket.send_json(envelope)
        try:
            return await asyncio.wait_for(waiting, ACKNOWLEDGE)
        except TimeoutError as error:
            raise NotAcknowledged(f"No answer within {ACKNOWLEDGE:g} s.") from error
