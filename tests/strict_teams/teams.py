"""The strict Teams itself: build people and conversations, break calls, wait for what happens."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from types import TracebackType
from typing import Self, TypeVar

import aiohttp

from tests.strict_teams.activities import make_activity
from tests.strict_teams.client import Client
from tests.strict_teams.delivery import Delivery
from tests.strict_teams.entra import Entra
from tests.strict_teams.facts import Account, Call, File, Json, Kind, Message, Room, make_guid
from tests.strict_teams.login import Login
from tests.strict_teams.people import User
from tests.strict_teams.server import Fault, Server
from tests.strict_teams.world import World

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds that a test waits for something to happen before it fails."""


class StrictTeams:
    """Microsoft Teams with the bot registered. `async with StrictTeams() as teams: …`.

    `tenant` names the office's tenant, in which the app was registered as well; `domains` are what the app's manifest
    says in `validDomains`.
    """

    def __init__(self, *, tenant: str = "linde") -> None:
        self.app_id, self.password = make_guid("app", "paraaf"), "p4ssw0rd~strict"
        self.world = World(tenant, self.app_id)
        self.tenant = self.app_tenant = self.world.tenant
        self.login = Login(self.app_id, self.password, {self.tenant})
        self.domains: frozenset[str] = frozenset()
        self.entra = Entra(self.app_id)
        self.server = Server(self.world, self.login, self.entra)
        self.failures: list[BaseException] = []
        """What went wrong in refreshes, which nobody waits for."""
        self._clients: dict[tuple[str, str], Client] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._delivery: Delivery | None = None
        self.world.show = self._show

    async def __aenter__(self) -> Self:
        await self.server.start()
        self._session = aiohttp.ClientSession()
        self._delivery = Delivery(self.login, self._session)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
        await self.server.stop()
        if error is None:
            self._check()

    # --- connecting the bot ---

    @property
    def service_url(self) -> str:
        """What activities name as the connector's address, with a slash at its end as in Teams."""
        return f"{self.server.url}/emea/"

    @property
    def metadata_url(self) -> str:
        """Where the Bot Framework's OpenID metadata are."""
        return f"{self.server.url}/v1/.well-known/openidconfiguration"

    @property
    def login_url(self) -> str:
        """The base of Entra's authorities; a tenant and `/oauth2/v2.0/token` follow."""
        return self.server.url

    @property
    def graph_url(self) -> str:
        """The base of Graph, without `/v1.0`."""
        return self.server.url

    @property
    def host(self) -> str:
        """Host and port of connector, login and Graph."""
        return self.server.url.removeprefix("http://")

    @property
    def file_host(self) -> str:
        """Host and port of the pre-authorised downloads."""
        return self.server.files_url.removeprefix("http://")

    @property
    def certificate(self) -> str:
        """The bot's key and certificate in PEM, in place of the password."""
        return self.login.certificate

    @property
    def delivery(self) -> Delivery:
        """Signs and sends; for tests that tamper with requests."""
        assert self._delivery, "Use `async with StrictTeams() as teams`."
        return self._delivery

    def connect(self, address: str) -> None:
        """Tell where the bot listens."""
        self.delivery.address = address

    # --- making the world ---

    def tenant_id(self, name: str) -> str:
        """The id of the tenant with this name."""
        return self.world.tenant_id(name)

    def user(
        self,
        key: str,
        name: str = "",
        *,
        tenant: str | None = None,
        email: str | None = None,
        locale: str = "nl-NL",
        guest: bool = False,
        anonymous: bool = False,
        bot: bool = False,
        app: bool | None = None,
    ) -> User:
        """The person with this key in this tenant, made at the first call; a guest is one in the office's tenant."""
        home = tenant or self.world.tenant_name
        outside = home != self.world.tenant_name or anonymous
        account = Account(
            key, name or key, home, self.world.tenant_name, email, locale, guest, anonymous, bot,
            app=not outside if app is None else app,
        )  # fmt: skip
        account = self.world.accounts.setdefault(account.id, account)
        return User(self, account, self.client_of(account, "desk"))

    def client_of(self, account: Account, name: str, *, is_old: bool = False) -> Client:
        """The client of this name that a person uses."""
        return self._clients.setdefault((account.id, name), Client(self, account, is_old))

    def channel(
        self,
        key: str,
        name: str = "",
        *,
        members: Sequence[User] = (),
        installed: bool = True,
        shared: bool = False,
        tenant: str | None = None,
    ) -> Room:
        """The channel with this key, made at the first call; it has threads."""
        address, team = f"19:{key.lower()}@thread.tacv2", f"19:{key.lower()}-team@thread.tacv2"
        users, host = [user.id for user in members], self.tenant_id(tenant or self.world.tenant_name)
        room = Room(address, name or key, Kind.CHANNEL, host, users, installed, shared, team)
        return self.world.rooms.setdefault(address, room)

    def chat(
        self, key: str, name: str = "", *, members: Sequence[User] = (), installed: bool = True,
        tenant: str | None = None,
    ) -> Room:  # fmt: skip
        """The group chat with this key, made at the first call."""
        address, users = f"19:{key.lower()}@thread.v2", [user.id for user in members]
        host = self.tenant_id(tenant or self.world.tenant_name)
        return self.world.rooms.setdefault(address, Room(address, name or key, Kind.CHAT, host, users, installed))

    def personal(self, user: User) -> Room:
        """The chat of a person with the bot."""
        return self.world.personal_room(user.id)

    def file(self, name: str, content: bytes) -> File:
        """A file in SharePoint; let somebody `say` it, or send it to the bot with `user.send_file`."""
        file = File(f"file-{self.world.number()}", name, content)
        self.world.files[file.key] = file
        return file

    def say(
        self, user: User, room: Room, text: str, *, files: Sequence[File] = (), thread: Message | None = None
    ) -> Message:
        """A message that a person wrote, of which the bot hears nothing."""
        root = (thread.thread or thread.id) if thread and room.kind is Kind.CHANNEL else None
        message = Message(room, self.world.new_id(), user.id, text, thread=root, files=list(files), by_bot=False)
        room.messages.append(message)
        return message

    async def join(self, room: Room, user: User) -> None:
        """Let someone join, and tell the bot."""
        room.members.append(user.id)
        await self._tell_update(room, {"membersAdded": [{"id": user.id, "aadObjectId": user.account.object_id}]})

    async def leave(self, room: Room, user: User) -> None:
        """Let someone leave, and tell the bot."""
        room.members.remove(user.id)
        await self._tell_update(room, {"membersRemoved": [{"id": user.id, "aadObjectId": user.account.object_id}]})

    async def add_app(self, room: Room, by: User | None = None) -> None:
        """Install the app in a conversation, and tell the bot."""
        room.installed = True
        await self._tell_installation(room, by, "add")
        await self._tell_update(room, {"membersAdded": [{"id": self.world.bot_id}]})

    async def remove_app(self, room: Room, by: User | None = None) -> None:
        """Remove the app from a conversation, and tell the bot."""
        room.installed = False
        await self._tell_installation(room, by, "remove")

    # --- making trouble ---

    @property
    def targeted(self) -> bool:
        """Whether there are messages for one person in a conversation."""
        return self.world.targeted

    @targeted.setter
    def targeted(self, there_are: bool) -> None:
        self.world.targeted = there_are

    def break_next(self, call: str, *faults: Fault) -> None:
        """Let the next calls of this name go wrong, one fault for each."""
        self.server.faults[call].extend(faults)

    def break_always(self, call: str, fault: Fault) -> None:
        """Let every call of this name go wrong until `repair`."""
        self.server.lasting[call] = fault

    def repair(self) -> None:
        """Let every call go right again."""
        self.server.lasting.clear()
        self.server.faults.clear()

    def revoke_tokens(self) -> None:
        """Let no token that was issued so far be good any more."""
        self.login.issued.clear()

    # --- looking ---

    @property
    def calls(self) -> list[Call]:
        """Every call of the connector so far."""
        return self.world.calls

    def calls_of(self, name: str) -> list[Json]:
        """The bodies of every call of this name so far."""
        return [call.body for call in self.calls if call.name == name]

    @property
    def leaks(self) -> list[str]:
        """Where a token went that should not have."""
        return self.server.leaks

    async def message(self, room: Room, containing: str = "") -> Message:
        """The newest message of the bot with these words in a conversation, as soon as there is one."""
        return await self.until(
            lambda: next((each for each in reversed(room.messages) if each.by_bot and containing in each.words), None)
        )

    async def until(self, look: Callable[[], T | None]) -> T:
        """What `look` finds, as soon as it finds something; fails after some seconds."""
        async with asyncio.timeout(PATIENCE), self.world.changed:
            while not (found := look()):
                self._check()
                await self.world.changed.wait()
            return found

    async def settled(self) -> None:
        """Wait until no refresh is under way. Raises what went wrong in one."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))
        self._check()

    # --- inside ---

    def renew(self, activity: Json) -> Json:
        """The same activity with an id of its own."""
        return {**activity, "id": f"f:{make_guid('activity', str(self.world.number()))}"}

    def begin(self, refresh: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        """Let a refresh go on by itself."""
        task = asyncio.create_task(refresh)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _show(self, message: Message) -> None:
        for client in list(self._clients.values()):
            client.show_anew(message)

    def _check(self) -> None:
        if self.failures:
            raise self.failures[0]

    async def _tell_installation(self, room: Room, by: User | None, action: str) -> None:
        activity = self._tell(room, by, "installationUpdate") | {"action": action}
        await self.delivery.deliver(activity)

    async def _tell_update(self, room: Room, change: Json) -> None:
        await self.delivery.deliver(self._tell(room, None, "conversationUpdate") | change)

    def _tell(self, room: Room, by: User | None, kind: str) -> Json:
        account = by.account if by else next(iter(self.world.roster(room)), None)
        return make_activity(self.world, self.service_url, kind, account, room)
