"""The state of the strict Teams, and how it shows itself in rosters and activities."""

import asyncio
from collections.abc import Callable
from itertools import count

from tests.strict_teams.facts import Account, Call, ConnectorError, File, Json, Kind, Message, Room, View, make_guid

THREAD = ";messageid="


class World:
    """Everything in Teams that the bot can reach."""

    def __init__(self, tenant: str, app_id: str) -> None:
        self.tenant_name, self.app_id = tenant, app_id
        self.tenant = self.tenant_id(tenant)
        self.bot_id, self.bot_name = f"28:{app_id}", "Paraaf"
        self.accounts: dict[str, Account] = {}
        self.rooms: dict[str, Room] = {}
        self.files: dict[str, File] = {}
        self.private: list[Message] = []
        self.views: dict[str, list[View]] = {}
        self.calls: list[Call] = []
        self.targeted = True
        self.graph_tenants: set[str] = {self.tenant}
        self.changed = asyncio.Condition()
        self.show: Callable[[Message], None] = lambda _: None
        """Called for every card that people get to see anew."""
        self._numbers = count(1)

    @staticmethod
    def tenant_id(name: str) -> str:
        return make_guid("tenant", name)

    def number(self) -> int:
        return next(self._numbers)

    def new_id(self) -> str:
        """The id of a message: milliseconds since 1970, which never stand still here."""
        return str(1_795_489_600_000 + self.number())

    async def tell_change(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def personal_room(self, user: str) -> Room:
        """The chat of one person with the bot, made at the first call."""
        account = self.accounts[user]
        room_id = f"a:1{make_guid('chat', account.tenant, account.key).replace('-', '')}"
        if room_id not in self.rooms:
            tenant = self.tenant_id(account.tenant)
            self.rooms[room_id] = Room(room_id, account.name, Kind.PERSONAL, tenant, [user])
        return self.rooms[room_id]

    def find_room(self, address: str) -> tuple[Room, str | None]:
        """The conversation of an address, and the root of the thread that it names."""
        room_id, _, root = address.partition(THREAD)
        room = self.rooms.get(room_id)
        if room is None:
            raise ConnectorError(404, "ConversationNotFound", "Conversation not found.")
        if root and not self._is_root(room, root):
            raise ConnectorError(404, "ConversationNotFound", "Conversation not found.")
        return room, root or None

    def _is_root(self, room: Room, root: str) -> bool:
        known = any(each.id == root and each.thread is None for each in room.messages)
        return room.kind is Kind.CHANNEL and known

    def enter(self, room: Room) -> None:
        """Raise what the bot is told when it is not, or no longer, in a conversation."""
        if room.kind is Kind.PERSONAL and not self.accounts[room.members[0]].app:
            raise ConnectorError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
        if not room.installed:
            raise ConnectorError(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")

    def check_writes(self, room: Room) -> None:
        """Raise when the person of a personal chat forbade the bot to write; the code is JSON inside a text."""
        if room.kind is Kind.PERSONAL and self.accounts[room.members[0]].blocked:
            inner = '{\\r\\n  \\"subCode\\": \\"MessageWritesBlocked\\",\\r\\n  \\"details\\": \\"blocked\\"\\r\\n}'
            raise ConnectorError(403, "MessageWritesBlocked", body=f'{{"errorCode":209,"message":"{inner}"}}')

    def roster(self, room: Room) -> list[Account]:
        """Who is in a conversation, without bots: Teams lists none."""
        people = [self.accounts[user] for user in room.members]
        return [each for each in people if not each.bot and not each.deleted]

    def show_member(self, account: Account) -> Json:
        """Someone as a roster tells them: guests are "user" in it like everybody else."""
        given, _, surname = account.name.partition(" ")
        told = {
            "id": account.id, "name": account.name, "givenName": given, "surname": surname or None,
            "email": account.email, "userPrincipalName": account.principal,
            "userRole": "anonymous" if account.anonymous else "user",
        }  # fmt: skip
        if not account.anonymous:
            home = account.host if account.guest else account.tenant
            told |= {"objectId": account.object_id, "tenantId": self.tenant_id(home)}
            told["aadObjectId"] = account.object_id
        return told
