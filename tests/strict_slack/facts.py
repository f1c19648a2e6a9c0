"""What the strict Slack consists of: people, conversations, messages, views, files, and a clock that tests move."""

import re
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

SCOPES = frozenset(
    {
        "channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write", "groups:history",
        "groups:read", "groups:write", "im:history", "im:read", "im:write", "mpim:history", "mpim:read",
        "usergroups:read", "users:read", "users:read.email",
    }
)  # fmt: skip

TRIGGER_LIFE = 3.0
RESPONSE_URL_LIFE = 30 * 60.0
RESPONSE_URL_USES = 5
VIEWS_ON_STACK = 3


class ClientRefuses(AssertionError):
    """The Slack client would not let this person do this."""


class NotAcknowledged(AssertionError):
    """The app did not acknowledge as Slack demands: in time, with 200, with a body that Slack understands."""


class SlackError(Exception):
    """A Web API method answers `{"ok": false, "error": code}`."""

    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.code, self.more = code, more


@dataclass
class Account:
    """A user object and what Slack knows beside it."""

    id: str
    name: str
    team: str
    email: str | None = None
    email_confirmed: bool = True
    locale: str = "nl-NL"
    guest: bool = False
    single_channel_guest: bool = False
    bot: bool = False
    deleted: bool = False
    grid_teams: tuple[str, ...] = ()


@dataclass
class Room:
    """A conversation."""

    id: str
    name: str
    kind: str = "channel"  # channel, group (private), im, mpim
    members: list[str] = field(default_factory=list)
    archived: bool = False
    creator: str = ""
    messages: list["Message"] = field(default_factory=list)


@dataclass
class Message:
    """A message as people see it; `edits` counts its updates, `seen_by` is set for a private one."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list["File"] = field(default_factory=list)
    edits: int = 0
    seen_by: str | None = None
    by_bot: bool = True

    @property
    def words(self) -> str:
        """Everything a reader sees of it, in one string."""
        shown = _collect(self.blocks) if self.blocks else [self.text]
        return "\n".join(shown)

    @property
    def id(self) -> str:
        return self.ts

    @property
    def thread(self) -> str | None:
        """The message under which it stands."""
        return self.thread_ts

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [button["text"]["text"] for button in self.buttons]

    @property
    def links(self) -> list[str]:
        """The addresses that its words lead to, in order."""
        return _ADDRESS.findall(self.words)

    @property
    def pings(self) -> set[str]:
        """Who or what is notified by its markup: user ids, and `channel`, `here` or `everyone`."""
        markup = "\n".join([self.text, *_collect(self.blocks, markup_only=True)])
        return set(re.findall(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>", markup)) | set(
            re.findall(r"<!(channel|here|everyone)(?:\|[^>]*)?>", markup)
        )

    @property
    def buttons(self) -> list[Json]:
        """Its buttons, in order."""
        return [each for _, each in find_elements(self.blocks) if each.get("type") == "button"]


@dataclass
class File:
    """A file; `address` replaces where Slack says that its bytes are, `redirect` sends on whoever asks for them."""

    id: str
    name: str
    content: bytes
    mimetype: str = "application/pdf"
    address: str | None = None
    redirect: str | None = None
    deleted: bool = False
    external: bool = False
    told_size: int | None = None
    shows_login: bool = False
    title: str = ""
    user: str = ""
    created: int = 0


@dataclass
class Upload:
    """A place that was asked for to bring a file of `length` bytes to, with its bytes once they came."""

    file_id: str
    name: str
    length: int
    content: bytes | None = None
    completed: bool = False


@dataclass
class View:
    """A modal on somebody's stack; `errors` by block id after a submission that had some."""

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    errors: dict[str, str] = field(default_factory=dict)
    offered: dict[str, dict[str, Json]] = field(default_factory=dict)

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def form_id(self) -> str:
        return self.callback_id

    @property
    def words(self) -> str:
        """Everything a reader sees of it, in one string."""
        return "\n".join(_collect([{"title": self.body.get("title")}, *self.body["blocks"]]))

    @property
    def inputs(self) -> dict[str, Json]:
        """Its input blocks by block id."""
        return {block["block_id"]: block for block in self.body["blocks"] if block["type"] == "input"}

    def options(self, input_id: str) -> dict[str, str]:
        """The labels that an input offers by their values, those found by a search included."""
        offered = [*self.inputs[input_id]["element"].get("options", ()), *self.offered.get(input_id, {}).values()]
        return {option["value"]: option["text"]["text"] for option in offered}

    def chosen(self, input_id: str) -> list[str]:
        """What an input shows as chosen or typed; several values where it takes several."""
        element = self.inputs[input_id]["element"]
        options = [*element.get("initial_options", ()), element.get("initial_option")]
        typed = [element.get("initial_value"), element.get("initial_date")]
        return [option["value"] for option in options if option] + [each for each in typed if each]


@dataclass
class Home:
    """What the home tab of a person shows; `published` counts how often it was replaced."""

    user: str
    id: str
    body: Json
    hash: str
    published: int = 1

    @property
    def words(self) -> str:
        """Everything a reader sees of it, in one string."""
        return "\n".join(_collect(self.body["blocks"]))

    @property
    def blocks(self) -> list[Json]:
        blocks: list[Json] = self.body["blocks"]
        return blocks

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons, in order."""
        return [each["text"]["text"] for _, each in find_elements(self.blocks) if each.get("type") == "button"]

    @property
    def links(self) -> list[str]:
        """The addresses that its words lead to, in order."""
        return _ADDRESS.findall(self.words)


@dataclass
class Trigger:
    user: str
    until: float
    used: bool = False


@dataclass
class ResponseUrl:
    user: str
    channel: str
    until: float
    uses: int = 0
    private: "Message | None" = None  # the private message that was pressed on, if it was one


@dataclass(frozen=True)
class Call:
    """A call of the Web API as it arrived, with the code it was answered with (empty for ok)."""

    method: str
    arguments: Json
    code: str


class Clock:
    """Seconds since 1970 that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def advance(self, seconds: float) -> None:
        self.now += seconds


def find_elements(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Blocks with their interactive elements."""
    return [
        (block, element)
        for block in blocks
        for element in [block.get("accessory"), block.get("element"), *(block.get("elements") or ())]
        if isinstance(element, dict) and "action_id" in element
    ]


_ADDRESS = re.compile(r"<(https?://[^|>]+)\|")
_UNSEEN = {"value", "url", "action_id", "block_id", "type", "image_url", "style"}


def _collect(thing: Any, *, markup_only: bool = False) -> list[str]:  # noqa: ANN401 - any part of a JSON value
    """The texts inside blocks; Slack's three escapes are undone where a reader would not see them."""
    if isinstance(thing, list):
        return [text for each in thing for text in _collect(each, markup_only=markup_only)]
    if not isinstance(thing, dict):
        return []
    if thing.get("type") in {"plain_text", "mrkdwn"} and isinstance(thing.get("text"), str):
        if markup_only:
            return [thing["text"]] if thing["type"] == "mrkdwn" else []
        text = thing["text"]
        if thing["type"] == "mrkdwn":
            text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
        return [text.replace("\u2060", "").replace("\u200b", "")]
    return [
        text for name, each in thing.items() if name not in _UNSEEN for text in _collect(each, markup_only=markup_only)
    ]
