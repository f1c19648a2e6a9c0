"""The web server of the strict Slack: Web API, private files, response URLs and Socket Mode, on 127.0.0.1."""

import asyncio
import json
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from tests.strict_slack.blocks import check_message
from tests.strict_slack.facts import RESPONSE_URL_USES, Call, Json, Message, SlackError
from tests.strict_slack.methods import METHODS
from tests.strict_slack.parts import Invalid
from tests.strict_slack.workspace import Workspace
from tests.troubles import Drop, Hold, RateLimit, Status


@dataclass(frozen=True)
class Refuse:
    """`{"ok": false, "error": code}`; nothing is done."""

    code: str


MOST_BYTES = 2**30
"""Bytes of one file that Slack takes (https://slack.com/help/articles/201330736)."""

Fault = RateLimit | Status | Refuse | Drop | Hold


class Server:
    """Serves one workspace. `faults` are used up in order, one for each call of the method."""

    def __init__(self, workspace: Workspace, app_token: str) -> None:
        self.workspace = workspace
        self.app_token = app_token
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.file_requests: list[tuple[str, str | None]] = []
        self.uploads: list[tuple[str, str | None]] = []
        self.sockets: list[web.WebSocketResponse] = []
        self.socket_answers: dict[str, asyncio.Future[Json]] = {}
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/files-pri/{file}/download/{name}", self._send_file)
        app.router.add_post("/upload/v1/{ticket}", self._take_upload)
        app.router.add_post("/hooks/response/{id}", self._respond)
        app.router.add_get("/socket", self._serve_socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        for socket in self.sockets:
            await socket.close()
        if self._runner:
            await self._runner.cleanup()

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _read_arguments(request)
        fault = self.faults[method].popleft() if self.faults[method] else None
        if isinstance(fault, RateLimit):
            headers = {"Retry-After": str(fault.seconds)}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if isinstance(fault, Status) and not fault.done:
            return web.Response(status=fault.status, text="<html>trouble</html>", content_type="text/html")
        if isinstance(fault, Hold):
            await fault.until.wait()
        if isinstance(fault, Drop) and not fault.done:
            return _break(request)
        answer = {"ok": False, "error": fault.code} if isinstance(fault, Refuse) else self._answer(request, arguments)
        self.workspace.calls.append(Call(method, arguments, str(answer.get("error", ""))))
        await self.workspace.tell_change()
        if isinstance(fault, Status):
            return web.Response(status=fault.status, text="<html>trouble</html>", content_type="text/html")
        return _break(request) if isinstance(fault, Drop) else web.json_response(answer)

    def _answer(self, request: web.Request, arguments: Json) -> Json:
        name = request.match_info["method"]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(arguments.pop("token", ""))
        try:
            return {"ok": True, **self._carry_out(name, token, arguments)}
        except SlackError as error:
            return {"ok": False, "error": error.code, **error.more}

    def _carry_out(self, name: str, token: str, arguments: Json) -> Json:
        if not token:
            raise SlackError("not_authed")
        if name == "apps.connections.open":
            return self._open_socket(token)
        if token != self.workspace.bot_token:
            raise SlackError("invalid_auth")
        if name not in METHODS:
            raise SlackError("unknown_method")
        return METHODS[name](self.workspace, {**arguments, "_base": self.url})

    def _open_socket(self, token: str) -> Json:
        if token != self.app_token:
            raise SlackError("invalid_auth")
        return {"url": f"{self.url.replace('http', 'ws', 1)}/socket?ticket=secret-ticket"}

    async def _serve_socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.sockets.append(socket)
        await socket.send_json({"type": "hello", "num_connections": 1})
        await self.workspace.tell_change()
        async for message in socket:
            if message.type is WSMsgType.TEXT and message.data.startswith("{"):
                answer = json.loads(message.data)
                waiting = self.socket_answers.pop(str(answer.get("envelope_id")), None)
                if waiting and not waiting.done():
                    waiting.set_result(answer.get("payload") or {})
        return socket

    async def _take_upload(self, request: web.Request) -> web.StreamResponse:
        """Each address takes the bytes once, all of them; `upload` counts as a method for faults."""
        self.uploads.append((request.path, request.headers.get("Authorization")))
        content = await request.read()
        fault = self.faults["upload"].popleft() if self.faults["upload"] else None
        if isinstance(fault, RateLimit):
            return web.Response(status=429, headers={"Retry-After": str(fault.seconds)})
        if isinstance(fault, Status):
            return web.Response(status=fault.status)
        if fault:
            return _break(request)
        if self.workspace.upload_redirect:
            return web.Response(status=307, headers={"Location": self.workspace.upload_redirect})
        upload = self.workspace.uploads.get(request.match_info["ticket"])
        if upload is None or upload.content is not None:
            return web.Response(status=404, text="no such upload, or a used one")
        if len(content) != upload.length:
            return web.Response(status=400, text="not as long as was said")
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")

    async def _send_file(self, request: web.Request) -> web.StreamResponse:
        self.file_requests.append((request.path, request.headers.get("Authorization")))
        file = self.workspace.files.get(request.match_info["file"])
        if file is None or file.deleted:
            return web.Response(status=404)
        if file.shows_login or request.headers.get("Authorization") != f"Bearer {self.workspace.bot_token}":
            return web.Response(text="<!doctype html><title>Slack login</title>", content_type="text/html")
        if file.redirect:
            return web.Response(status=302, headers={"Location": file.redirect})
        return web.Response(body=file.content, content_type=file.mimetype)

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        response_url = self.workspace.response_urls.get(request.match_info["id"])
        if response_url is None or self.workspace.clock.now > response_url.until:
            return web.Response(status=404, text="expired_url")
        if response_url.uses >= RESPONSE_URL_USES:
            return web.Response(status=404, text="used_url")
        if self.faults["response_url"]:
            self.faults["response_url"].popleft()
            return web.Response(status=500)
        body: Json = await request.json()
        try:
            check_message({name: body[name] for name in ("text", "blocks") if name in body})
        except Invalid as invalid:
            return web.json_response({"ok": False, "error": invalid.code}, status=400)
        response_url.uses += 1
        if body.get("replace_original") and response_url.private:
            message = response_url.private
            message.text, message.edits = str(body.get("text", "")), message.edits + 1
            message.blocks = self._name_blocks(body)
            await self.workspace.tell_change()
            return web.Response(text="ok")
        private = body.get("response_type", "ephemeral") == "ephemeral"
        message = Message(
            channel=response_url.channel,
            ts=self.workspace.new_ts(),
            user=self.workspace.bot_user,
            text=str(body.get("text", "")),
            blocks=self._name_blocks(body),
            seen_by=response_url.user if private else None,
        )
        (self.workspace.private if private else self.workspace.rooms[message.channel].messages).append(message)
        await self.workspace.tell_change()
        return web.Response(text="ok")

    def _name_blocks(self, body: Json) -> list[Json]:
        return [{"block_id": f"auto{self.workspace.number()}", **block} for block in body.get("blocks") or []]


def _break(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _read_arguments(request: web.Request) -> Json:
    arguments: Json = {name: _parse(value) for name, value in request.query.items()}
    if request.content_type == "application/json":
        arguments |= await request.json()
    elif request.method == "POST":
        arguments |= {name: _parse(str(value)) for name, value in (await request.post()).items()}
    return arguments


def _parse(value: str) -> Any:  # noqa: ANN401 - any JSON value
    """Slack takes blocks, views and lists of files as JSON inside a form field or the address as well."""
    try:
        return json.loads(value) if value.startswith(("{", "[")) else value
    except json.JSONDecodeError:
        return value
