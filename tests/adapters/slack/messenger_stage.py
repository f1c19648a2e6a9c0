"""The Slack messenger before the strict Slack, for the contract of `Messenger` and for what is Slack's own."""

import socket
from dataclasses import dataclass

from adapters.slack.api import Api
from adapters.slack.messenger import SlackMessenger
from bot.conversation import FileRef
from bot.domain.people import Account, Platform
from bot.domain.places import MessageRef, Place
from tests.strict_slack import Drop, RateLimit, Refuse, StrictSlack

TENANT = "T0OFFICE"


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class SlackStage:
    slack: StrictSlack
    api: Api
    messenger: SlackMessenger

    def __post_init__(self) -> None:
        member = self.slack.user("U0MEMBER", "Karim")
        self.slack.user("U0OUTSIDE", "Weg")
        self.room = self.slack.channel("C0CLIENT", members=[member])
        self.place = Place(Platform.SLACK, TENANT, "C0CLIENT")
        self.member = Account(Platform.SLACK, TENANT, "U0MEMBER")
        self.outsider = Account(Platform.SLACK, TENANT, "U0OUTSIDE")

    def shown(self, message: MessageRef) -> str:
        return next(each for each in self.room.messages if each.ts == message.id).words

    def messages(self) -> int:
        return len(self.room.messages)

    def whispered(self, account: Account) -> str:
        return "".join(each.words for each in self.slack.user(account.user).ephemerals[-1:])

    def written_directly(self, account: Account) -> str:
        return "".join(each.words for each in self.slack.user(account.user).direct_messages[-1:])

    def remove(self, message: MessageRef) -> None:
        self.room.messages = [each for each in self.room.messages if each.ts != message.id]

    def close(self) -> None:
        self.room.archived = True

    def limit_next(self, seconds: int) -> None:
        self.slack.break_next("chat.postMessage", RateLimit(seconds))

    def refuse_next(self) -> None:
        self.slack.break_next("chat.postMessage", Refuse("a_code_of_tomorrow"))

    def lose_answer(self) -> None:
        self.slack.break_next("chat.postMessage", Drop(done=True))

    def stop(self) -> None:
        self.api.client.base_url = f"http://127.0.0.1:{a_free_port()}/api/"

    def put_file(self, name: str, content: bytes) -> FileRef:
        self.file = self.slack.file(f"F{len(self.slack.workspace.files):08d}", name, content)
        return FileRef(Platform.SLACK, TENANT, self.file.id)

    def posted_files(self, place: Place) -> list[tuple[str, bytes]]:
        shown = [each for each in self.room.messages if each.by_bot and place.thread in {None, each.thread_ts}]
        return [(file.title, file.content) for each in shown for file in each.files]

    def delete_file(self, file: FileRef) -> None:
        self.slack.workspace.files[file.id].deleted = True

    def move_file_elsewhere(self, file: FileRef) -> None:
        self.slack.workspace.files[file.id].address = "https://files.example/x.pdf"
