"""What the strict Teams is tried with: plain HTTP, and a bot of a few lines."""

# ruff: noqa: ANN401 - JSON of any shape, right and wrong

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp
from aiohttp import web

from tests.strict_teams import Room, StrictTeams
from tests.strict_teams.facts import Json
from tests.strict_teams.login import CONNECTOR_SCOPE

WORDS = {"type": "TextBlock", "text": "Ter ondertekening", "wrap": True}
EXECUTE = {
    "type": "Action.Execute", "verb": "approve", "title": "Goedkeuren", "data": {"action": "approve", "value": "e1"},
    "fallback": {
        "type": "Action.Submit", "title": "Goedkeuren",
        "data": {"action": "approve", "value": "e1", "msteams": {"type": "task/fetch"}},
    },
}  # fmt: skip
PLACE = {
    "type": "Input.Text", "id": "place", "label": "Plaats", "isRequired": True, "errorMessage": "Vul dit in.",
    "maxLength": 7,
}  # fmt: skip
WHO = {
    "type": "Input.ChoiceSet", "id": "who", "label": "Wie", "style": "compact",
    "choices": [{"title": "Karim \u2060Haddad · voorkeur", "value": "k"}, {"title": "Mila", "value": "m"}],
}  # fmt: skip
FORM = {"form": "approve", "context": "e1"}


def a_card(*body: Json, actions: tuple[Json, ...] = (), **more: Any) -> Json:
    shown = {"type": "AdaptiveCard", "version": "1.5", "body": list(body) or [WORDS], **more}
    return shown | ({"actions": list(actions)} if actions else {})


def a_form(kind: str = "Action.Submit", *body: Json) -> Json:
    verb = {"verb": "approve"} if kind == "Action.Execute" else {}
    send = {"type": kind, "title": "Verder", "data": {"paraaf": FORM}, **verb}
    return a_card(*(body or (PLACE, WHO)), actions=(send,))


def attached(card: Json, **more: Any) -> Json:
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment], **more}


def shown(card: Json) -> Json:
    return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card}


def a_dialog(card: Json) -> Json:
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"task": {"type": "continue", "value": {"title": "Paraaf", "height": "medium", "card": attachment}}}


def a_page(address: str = "https://paraaf.example/x", **more: Any) -> Json:
    """A dialog that shows a page."""
    return {"task": {"type": "continue", "value": {"title": "Paraaf", "url": address, "fallbackUrl": address, **more}}}


@dataclass
class Api:
    """The connector, with a token."""

    teams: StrictTeams
    session: aiohttp.ClientSession
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def ask_token(self, authority: str = "botframework.com", **changes: str) -> tuple[int, Json]:
        form = {"grant_type": "client_credentials", "client_id": self.teams.app_id, "scope": CONNECTOR_SCOPE}
        form |= {"client_secret": self.teams.password} | changes
        address = f"{self.teams.login_url}/{authority}/oauth2/v2.0/token"
        async with self.session.post(address, data={name: text for name, text in form.items() if text}) as answer:
            return answer.status, await answer.json()

    async def call(self, method: str, path: str, body: Json | None = None, token: str | None = None) -> tuple[int, Any]:
        if not self.token:
            self.token = (await self.ask_token())[1]["access_token"]
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        address = f"{self.teams.service_url}v3/conversations{path}"
        async with self.session.request(method, address, json=body, headers=headers) as answer:
            self.headers = dict(answer.headers)
            text = await answer.text()
            return answer.status, json.loads(text) if answer.content_type == "application/json" else text

    async def post(self, room: Room, body: Json, *, more: str = "") -> tuple[int, Any]:
        return await self.call("POST", f"/{quote(room.id, safe='')}{more}/activities", body)

    async def code(self, *asked: Any) -> tuple[int, str]:
        status, told = await self.call(*asked)
        return status, str(told["error"]["code"])


@dataclass
class Bot:
    """Answers each activity by its name or type, and keeps it."""

    answers: dict[str, Any] = field(default_factory=dict)
    heard: list[Json] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        activity = await request.json()
        self.heard.append(activity)
        self.headers.append(request.headers["Authorization"])
        answer = self.answers.get(activity.get("name") or activity["type"], {})
        answer = answer(activity) if callable(answer) else answer
        if isinstance(answer, web.Response):  # one is good for one request
            return web.Response(status=answer.status, body=answer.body, content_type=answer.content_type)
        return web.json_response(answer)
