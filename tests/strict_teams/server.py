"""The web servers of the strict Teams, on 127.0.0.1: connector and login on one port, files on another."""

import base64
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from tests.strict_teams.connector import CALLS, Asked
from tests.strict_teams.entra import Entra
from tests.strict_teams.facts import Call, ConnectorError, File, Json
from tests.strict_teams.login import CONNECTOR_SCOPE, GRAPH_SCOPE, Login
from tests.strict_teams.world import World
from tests.troubles import Drop, Hold, RateLimit, Status


@dataclass(frozen=True)
class Refuse:
    """This status with `{"error": {"code": …}}`; nothing is done."""

    status: int
    code: str


Fault = RateLimit | Status | Refuse | Drop | Hold
Serve = Callable[[web.Request], Awaitable[web.StreamResponse]]
_ROOM = "/emea/v3/conversations/{room}"


class Server:
    """Serves one world. `faults` are used up in order, `lasting` stay."""

    def __init__(self, world: World, login: Login, entra: Entra) -> None:
        self.world, self.login, self.entra = world, login, entra
        self.faults: dict[str, deque[Fault]] = defaultdict(deque)
        self.lasting: dict[str, Fault] = {}
        self.leaks: list[str] = []
        self.seen: list[str] = []
        """The names of the calls that arrived, whatever became of them."""
        self.url = self.files_url = ""
        self._runners: list[web.AppRunner] = []

    async def start(self) -> None:
        app = web.Application(client_max_size=4 * 1024**2)
        for method, path, name in (
            ("POST", "/emea/v3/conversations", "open_chat"),
            ("POST", f"{_ROOM}/activities", "post"),
            ("PUT", f"{_ROOM}/activities/{{activity}}", "update"),
            ("DELETE", f"{_ROOM}/activities/{{activity}}", "delete"),
            ("GET", f"{_ROOM}/pagedmembers", "members"),
            ("GET", f"{_ROOM}/members/{{member}}", "member"),
        ):
            app.router.add_route(method, path, self._break_or_serve(name, self._connect(name)))
        login = "/v1/.well-known"
        app.router.add_get(f"{login}/openidconfiguration", self._break_or_serve("metadata", self._tell_metadata))
        app.router.add_get(f"{login}/keys", self._break_or_serve("keys", self._tell_keys))
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._break_or_serve("token", self._issue))
        tenant = "/{tenant}/v2.0/.well-known/openid-configuration"
        app.router.add_get(tenant, self._break_or_serve("tenant", self._tell_tenant))
        app.router.add_get("/{tenant}/discovery/v2.0/keys", self._break_or_serve("tenant_keys", self._tell_tenant_keys))
        share = "/v1.0/shares/{share}/driveItem"
        app.router.add_get(share, self._break_or_serve("graph", self._describe_file))
        app.router.add_get(f"{share}/content", self._break_or_serve("graph", self._send_on))
        self.url = await self._listen(app)
        self.login.url = self.entra.url = self.url
        files = web.Application()
        files.router.add_get("/download/{file}/{name}", self._break_or_serve("download", self._send_file))
        self.files_url = await self._listen(files)

    async def stop(self) -> None:
        for runner in self._runners:
            await runner.cleanup()

    async def _listen(self, app: web.Application) -> str:
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        self._runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        return f"http://{host}:{port}"

    def _break_or_serve(self, name: str, serve: Serve) -> Serve:
        async def answer(request: web.Request) -> web.StreamResponse:
            called = "whisper" if name == "post" and "isTargetedActivity" in request.query else name
            self.seen.append(called)
            await self.world.tell_change()
            fault = self.faults[called].popleft() if self.faults[called] else self.lasting.get(called)
            if isinstance(fault, Hold):
                await fault.until.wait()
            is_undone = isinstance(fault, RateLimit | Refuse) or (isinstance(fault, Status | Drop) and not fault.done)
            response = None if is_undone else await serve(request)
            if fault is not None and not isinstance(fault, Hold):
                response = _fail(request, fault)
            await self.world.tell_change()
            assert response is not None
            return response

        return answer

    # --- the connector ---

    def _connect(self, name: str) -> Serve:
        async def serve(request: web.Request) -> web.StreamResponse:
            if self.login.check(request.headers.get("Authorization"), CONNECTOR_SCOPE) is None:
                return web.json_response({"message": "Authorization has been denied for this request."}, status=401)
            body = await _read(request)
            match = request.match_info
            asked = Asked(
                body or {}, match.get("room", ""), match.get("activity", ""), match.get("member", ""),
                dict(request.query),
            )  # fmt: skip
            called = "whisper" if name == "post" and asked.is_targeted else name
            response = (
                _tell(ConnectorError(400, "BadSyntax", "No JSON object.")) if body is None else self._do(name, asked)
            )
            self.world.calls.append(Call(called, request.path, asked.body, response.status))
            return response

        return serve

    def _do(self, name: str, asked: Asked) -> web.Response:
        try:
            status, told = CALLS[name](self.world, asked)
        except ConnectorError as fault:
            return _tell(fault)
        return web.json_response(told, status=status)

    # --- the login ---

    async def _tell_metadata(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.login.tell_metadata())

    async def _tell_keys(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.login.tell_keys())

    async def _tell_tenant(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.entra.tell_metadata(request.match_info["tenant"]))

    async def _tell_tenant_keys(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.entra.tell_keys())

    async def _issue(self, request: web.Request) -> web.StreamResponse:
        form = {name: str(value) for name, value in (await request.post()).items()}
        address = f"{self.url}{request.path}"
        return self.login.issue(request.match_info["tenant"], form, address)

    # --- files ---

    async def _describe_file(self, request: web.Request) -> web.StreamResponse:
        file = self._share(request)
        if isinstance(file, web.Response):
            return file
        told = {"id": file.key, "name": file.name, "size": len(file.content), "file": {"mimeType": "application/pdf"}}
        return web.json_response(told | {"@microsoft.graph.downloadUrl": self.download_url(file)})

    async def _send_on(self, request: web.Request) -> web.StreamResponse:
        file = self._share(request)
        if isinstance(file, web.Response):
            return file
        return web.Response(status=302, headers={"Location": self.download_url(file)})

    def download_url(self, file: File) -> str:
        """Where a file's bytes are to be had without a token, for a while."""
        return f"{self.files_url}/download/{file.key}/{file.name}?tempauth=v1.{file.key}"

    def _share(self, request: web.Request) -> File | web.Response:
        issued = self.login.check(request.headers.get("Authorization"), GRAPH_SCOPE)
        if issued is None:
            return _tell(ConnectorError(401, "InvalidAuthenticationToken", "Access token is empty or wrong."))
        address = _decode_share(request.match_info["share"])
        file = next((each for each in self.world.files.values() if each.address == address), None)
        if file is None or file.deleted:
            return _tell(ConnectorError(404, "itemNotFound", "The resource could not be found."))
        if file.refused or issued.tenant not in self.world.graph_tenants:
            return _tell(ConnectorError(403, "accessDenied", "The sharing link no longer exists, or no permission."))
        return file

    async def _send_file(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            self.leaks.append(request.path)
            return web.Response(status=401)
        file = self.world.files.get(request.match_info["file"])
        if file is None or file.deleted or request.query.get("tempauth") != f"v1.{file.key}":
            return web.Response(status=404)
        if file.redirect:
            return web.Response(status=302, headers={"Location": file.redirect})
        if file.shows_login:
            return web.Response(text="<!doctype html><title>Sign in</title>", content_type="text/html")
        headers = {"Content-Disposition": "attachment"}
        return web.Response(body=file.content, content_type="application/octet-stream", headers=headers)


async def _read(request: web.Request) -> Json | None:
    """The body as a JSON object, empty for none; None where it is something else."""
    text = await request.text()
    if not text:
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) and request.content_type == "application/json" else None


def _tell(fault: ConnectorError) -> web.Response:
    if fault.body is not None:
        return web.Response(text=fault.body, status=fault.status, content_type="application/json")
    return web.json_response({"error": {"code": fault.code, "message": fault.message}}, status=fault.status)


def _fail(request: web.Request, fault: RateLimit | Refuse | Status | Drop) -> web.Response:
    match fault:
        case RateLimit(seconds):
            answer = _tell(ConnectorError(429, "Throttled", "Too many requests"))
            answer.headers["Retry-After"] = str(seconds)
            return answer
        case Refuse(status, code):
            return _tell(ConnectorError(status, code))
        case Status(status):
            return web.Response(status=status, text="<html>trouble</html>", content_type="text/html")
        case Drop():
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)


def _decode_share(share: str) -> str:
    if not share.startswith("u!"):
        return ""
    padded = share[2:] + "=" * (-len(share[2:]) % 4)
    return base64.urlsafe_b64decode(padded).decode(errors="replace")
