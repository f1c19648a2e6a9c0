"""A request that is not sent yet: what a dialog carries from one step to the next, and what was filled in so far.

A draft passes through the client of whoever fills in the dialog, so nothing in it is believed: `bot.use_cases.send`
checks all of it again.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from itertools import zip_longest

from pydantic import TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from bot.conversation import FileRef, Submission, Value
from bot.domain.accounts import Asks
from bot.domain.certified import Way
from bot.domain.dossier import ItemId
from bot.domain.envelope import EnvelopeId
from bot.domain.errors import UnknownEnvelope
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.places import Place
from bot.domain.typed_text import DOCUMENTS, MESSAGE_LENGTH, find_fault, tidy
from bot.views import forms
from cards.limits import FORM_CONTEXT, measure
from cards.text import shorten

SHOWN_NAME = 60
"""Characters of the name of a file that comes along: it travels in a dialog, whose context is short."""


@dataclass(frozen=True, slots=True)
class Draft:
    """`signers` are user ids of participants, in order; `files` are ids of files that the platform of `place` holds.

    `round` counts how often their order was shown again, `asked` is the signer of whom the dialog asks who they are at
    the client. `client` is whose dossier the dialog showed. `key` names the first submission of the draft, and becomes
    the envelope's `request_key`. `expires` is the last day on which it can be answered. `wants_send` says that linking
    the conversation is only a step on the way to the send dialog.
    """

    place: Place
    files: tuple[str, ...] = ()
    file_names: tuple[str, ...] = ()
    supersedes: EnvelopeId | None = None
    client: str = ""
    wants_send: bool = True
    items: tuple[ItemId, ...] = ()
    way: Way = Way.APPROVAL
    signers: tuple[str, ...] = ()
    in_order: bool = False
    round: int = 0
    asked: str = ""
    message: str = ""
    due: date | None = None
    expires: date | None = None
    remind: bool = True
    key: str = ""
    asks: Asks = Asks.APPROVE

    def file_refs(self) -> tuple[FileRef, ...]:
        """The files as references that a messenger can fetch, with such names as fitted into a context."""
        named = zip_longest(self.files, self.file_names[: len(self.files)], fillvalue="")
        return tuple(FileRef(self.place.platform, self.place.tenant, file, name) for file, name in named)


_DRAFTS = TypeAdapter(Draft)


def write_draft(draft: Draft) -> str:
    """The draft as the context of a form; leaves out what has its default, since a context may not be long.

    The names of files, which are only for people to read, are the first to go.
    """
    written = _DRAFTS.dump_json(draft, exclude_defaults=True).decode()
    if measure(written) > FORM_CONTEXT and draft.file_names:
        return write_draft(replace(draft, file_names=()))
    return written


def read_draft(context: str) -> Draft:
    """The draft in the context of a form. Raises `UnknownEnvelope` when a client made it up."""
    try:
        return _DRAFTS.validate_json(context)
    except ValidationError as error:
        raise UnknownEnvelope from error


def fill_in(draft: Draft, submission: Submission, today: date) -> Draft:
    """The draft with what the send dialog says. Raises `InvalidInput` that names every wrong field."""
    values = submission.values
    items = tuple(dict.fromkeys(read_options(values, forms.RECENT) + read_options(values, forms.FOUND)))
    files = {file.id: file.name for file in (*draft.file_refs(), *read_files(values, forms.UPLOADS))}
    filled = replace(
        draft,
        items=tuple(ItemId(item) for item in items),
        files=tuple(files),
        file_names=tuple(shorten(name, SHOWN_NAME) if name else "" for name in files.values()),
        way=read_way(values),
        signers=_put_first(read_text(values, forms.SIGNER), draft.signers),
        message=tidy(read_text(values, forms.MESSAGE)),
        due=read_day(values, forms.DUE),
        expires=read_day(values, forms.EXPIRES),
        remind=bool(values.get(forms.REMIND)),
        key=submission.key,
    )
    filled = filled if filled.way is Way.CERTIFIED else replace(filled, signers=filled.signers[:1], in_order=False)
    faults = _find_faults(filled, today, name_documents(values))
    if faults:
        raise InvalidInput(faults)
    return filled


def name_documents(values: Mapping[str, Value]) -> str:
    """The input at which to say what is wrong with the documents.

    Slack takes no error for an input that the dialog does not have, and an empty dossier has no documents to tick.
    """
    return forms.RECENT if forms.RECENT in values else forms.UPLOADS


def _put_first(signer: str, others: tuple[str, ...]) -> tuple[str, ...]:
    return (signer, *(each for each in others if each != signer)) if signer else ()


def _find_faults(draft: Draft, today: date, documents: str) -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    number = len(draft.items) + len(draft.files)
    if number < DOCUMENTS.start:
        faults[documents] = Fault(Problem.MISSING)
    if number > DOCUMENTS.stop - 1:
        faults[documents] = Fault(Problem.TOO_MANY, DOCUMENTS.stop - 1)
    if draft.way is Way.CERTIFIED and number > 1:
        faults[documents] = Fault(Problem.NOT_ONE_PDF)
    if not draft.signers:
        faults[forms.SIGNER] = Fault(Problem.MISSING)
    if fault := find_fault(draft.message, MESSAGE_LENGTH):
        faults[forms.MESSAGE] = fault
    if draft.due is not None and draft.due < today:
        faults[forms.DUE] = Fault(Problem.IN_THE_PAST)
    if draft.expires is not None and draft.expires < max(today, draft.due or today):
        is_past = draft.expires < today
        faults[forms.EXPIRES] = Fault(Problem.IN_THE_PAST if is_past else Problem.BEFORE_DUE)
    return faults


def read_way(values: Mapping[str, Value]) -> Way:
    """The chosen way of signing; approval where a client sends none, or one that there is not."""
    return Way.CERTIFIED if read_text(values, forms.WAY) == Way.CERTIFIED else Way.APPROVAL


def read_text(values: Mapping[str, Value], field: str) -> str:
    """A text or single option; empty where nothing was filled in."""
    value = values.get(field)
    return value if isinstance(value, str) else ""


def read_options(values: Mapping[str, Value], field: str) -> tuple[str, ...]:
    """The chosen options of a choice."""
    value = values.get(field)
    if isinstance(value, str):
        return (value,)
    return tuple(each for each in value if isinstance(each, str)) if isinstance(value, tuple) else ()


def read_day(values: Mapping[str, Value], field: str) -> date | None:
    """The chosen day."""
    value = values.get(field)
    return value if isinstance(value, date) else None


def read_files(values: Mapping[str, Value], field: str) -> tuple[FileRef, ...]:
    """Uploaded files."""
    value = values.get(field)
    return tuple(each for each in value if isinstance(each, FileRef)) if isinstance(value, tuple) else ()
