"""`paraaf templates test`: what would become of a delivery, and why."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from adapters.parts import build_ports, open_store
from adapters.settings import Settings
from bot.domain.certified import Way
from bot.domain.delivery import Delivery, DeliveryId, Doubt, Kind, SourceId
from bot.domain.dossier import Content
from bot.domain.outline import Facts, Outline, outline
from bot.domain.people import Office
from bot.domain.workflow import Match, Mismatch, WorkflowTemplate, find_mismatches
from bot.ports import Ports
from bot.texts import SOURCE_LANGUAGE, load_texts
from bot.use_cases.filing import PDF
from bot.use_cases.import_templates import TemplatesRefused, write_path
from bot.use_cases.offices import pick_office
from bot.use_cases.plan_delivery import gather_facts
from bot.views.delivery_words import say_doubt

_LATER = "which is asked at the time itself"
_Text = Annotated[str, Field(max_length=200)]


class _Given(BaseModel):
    """What a source package says; what else it may say changes nothing here."""

    model_config = ConfigDict(extra="ignore", strict=True)
    source: Annotated[_Text, Field(min_length=1)]
    kind: Annotated[Kind, Field(strict=False)]
    client: Annotated[_Text, Field(min_length=1)]
    period: _Text = ""
    title: _Text = ""
    file_name: _Text = "document.pdf"


async def try_delivery(settings: Settings, file: Path, office: str | None) -> list[str]:
    """What would become of the delivery that a file describes. Raises `OSError` and what `paraaf templates` does."""
    content = file.read_bytes()  # noqa: ASYNC240 - nothing else is done meanwhile
    given = _read(content)
    async with open_store(settings) as store:
        ports = build_ports(settings, store)
        delivery = _build(ports, await pick_office(store, office), given)
        facts = await gather_facts(ports, delivery, given.source)
    return list(_tell(facts, outline(facts)))


def _read(content: bytes) -> _Given:
    try:
        return _Given.model_validate(json.loads(content))
    except (ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            raise TemplatesRefused(["the delivery is not JSON in UTF-8."]) from error
        kinds = f"choose from: {', '.join(Kind)}"
        faults = [(".".join(map(str, each["loc"])) or "the delivery", each) for each in error.errors()]
        raise TemplatesRefused(
            f"{key}: {kinds if each['type'] == 'enum' else each['msg'].lower()}." for key, each in faults
        ) from error


def _build(ports: Ports, office: Office, given: _Given) -> Delivery:
    return Delivery(
        id=DeliveryId("test"),
        office=office.id,
        source=SourceId(given.source),
        key="test",
        kind=given.kind,
        client_number=given.client,
        period=given.period,
        file_name=given.file_name,
        content=Content("0" * 64, 0),
        media_type=PDF,
        pages=None,
        received_at=ports.clock.now(),
        title=given.title,
    )


def _tell(facts: Facts, known: Outline) -> Iterator[str]:
    texts = load_texts(SOURCE_LANGUAGE)
    delivery = facts.delivery
    yield f"delivery: {delivery.kind} of client {delivery.client_number}, from {facts.source}: {facts.words.document}"
    yield from (_tell_template(each, facts, known) for each in facts.templates)
    if not facts.templates:
        yield "templates: there are none; add them: paraaf templates import FILE.toml"
    if Doubt.QUALIFIED_ONLY not in known.doubts:
        yield from _tell_people(facts, known)
        if known.template:
            yield from _tell_request(facts, known, known.template)
    if known.doubts:
        yield "staff would be asked in the intake channel, since:"
        yield from (f"  {say_doubt(doubt, texts)}" for doubt in known.doubts)
    else:
        yield "it would be sent, if at that time sender and addressee take part in the conversation."


def _tell_template(template: WorkflowTemplate, facts: Facts, known: Outline) -> str:
    reasons = find_mismatches(template.match, facts.delivery.kind, facts.source, facts.client)
    if not reasons:
        chosen = "this one" if template == known.template else "fits"
        return f"template “{template.name}”: {chosen}"
    return (
        f"template “{template.name}”: not this one, since {'; '.join(_word(each, template.match) for each in reasons)}"
    )


def _word(reason: Mismatch, match: Match) -> str:
    match reason:
        case Mismatch.KIND:
            return f"it is for {', '.join(sorted(match.kinds))}"
        case Mismatch.SOURCE:
            return f"it is for deliveries from {', '.join(sorted(match.sources))}"
        case Mismatch.CLIENT:
            groups = [f"group {group}" for group in sorted(match.groups)]
            return f"it is for clients {', '.join([*sorted(match.clients), *groups])}"
        case Mismatch.EXCEPTED:
            return "the client is excepted from it"


def _tell_people(facts: Facts, known: Outline) -> Iterator[str]:
    if client := facts.client:
        yield f"client: {client.name}, {f'in group {client.group}' if client.group else 'in no group'}"
    for each in facts.conversations:
        place = each.place
        chosen = "this one" if place == known.place else "possible"
        yield f"conversation {place.channel} on {place.platform}, {place.tenant}: {chosen}"
    if facts.client and known.template:
        role = f"{known.template.sender} for this client"
        if known.sender:
            yield f"sender: {known.sender.name} <{known.sender.email}>, who is {role}, if they take part, {_LATER}"
        else:
            yield f"sender: nobody is {role}"
    if known.contact:
        accounts = [account.user for account, contact in facts.confirmed.items() if contact.id == known.contact.id]
        by = f"by account {', '.join(sorted(accounts))}" if accounts else "whose account nobody confirmed"
        yield f"addressee: {known.contact.name}, the preferred contact, {by}, if they take part, {_LATER}"


def _tell_request(facts: Facts, known: Outline, template: WorkflowTemplate) -> Iterator[str]:
    sealing = f", if the PDF can be sealed, {_LATER}" if template.way is Way.CERTIFIED else ""
    yield f"way: {template.way}{sealing}"
    yield f"due: {facts.words.day(known.due)}" if known.due else "due: no date"
    if known.expires:
        yield f"valid until: {facts.words.day(known.expires)}"
    pace = template.cadence or facts.office.reminders
    late = f"every {pace.late_every} when late, {pace.most} times"
    told = f"after {pace.first} working days, then every {pace.every}, {late}"
    yield f"reminders: {told if template.reminders else 'none'}"
    yield f"document: {known.folder}/{known.title}"
    yield from (f"along with it: {write_path(item)}" for item in facts.standard_items)
    yield "message:"
    yield from (f"  {line}" for line in known.message.splitlines())
