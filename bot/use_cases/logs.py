"""Show a log in a dialog: of one envelope, of a client's dossier, or of what somebody signs in a conversation."""

from dataclasses import dataclass, replace

from bot.conversation import Actor, Answer, Open, Press, Submission
from bot.domain.envelope import EnvelopeId, Party
from bot.domain.errors import ConversationNotLinked, NotAllowedToReadLog, NotAParticipant, NotStaff
from bot.domain.log import EVERYTHING, DossierLog, EnvelopeLog, LogFilter, LogScope, SignerLog
from bot.domain.people import Office
from bot.domain.places import Place
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.access import directory_of, is_staff, read_envelope, read_office
from bot.use_cases.draft import Draft, read_day, read_draft, read_text, write_draft
from bot.use_cases.log_filter import make_filter, write_query
from bot.use_cases.read_log import offer_log_page, read_lines
from bot.views import log_forms
from bot.views.envelope_words import describe_documents
from bot.views.log_forms import LINES_IN_DIALOG, PEOPLE_OFFERED, ShownLines


@dataclass(frozen=True, slots=True)
class _Reader:
    """Somebody who may read a log."""

    ports: Ports
    actor: Actor
    office: Office
    as_staff: bool
    texts: Texts


async def show_envelope_log(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The transaction log of one envelope, for staff and its signers.

    Raises `UnknownEnvelope`, `NotAllowedToReadLog`, and a `PlatformError` when it can't be asked who is staff.
    """
    actor = press.actor
    office, envelope = await read_envelope(ports, actor, EnvelopeId(press.value))
    reader = _Reader(ports, actor, office, await is_staff(ports, office, actor), texts)
    if not reader.as_staff and envelope.signer(actor.account) is None:
        raise NotAllowedToReadLog(tuple(each.name for each in envelope.signers))
    lines = await _read(reader, EnvelopeLog(envelope.id))
    return Open(log_forms.envelope_log_form(describe_documents(envelope.documents, texts), lines, texts))


async def show_log(ports: Ports, actor: Actor, place: Place, texts: Texts) -> Answer:
    """The dossier log of a conversation's client for staff; for a signer their own envelopes in this conversation.

    Raises `NotAParticipant`, `ConversationNotLinked`, and `NotStaff` to who is asked to sign nothing here.
    """
    reader, place = await _enter(ports, actor, place, texts)
    if reader.as_staff:
        return await _show_dossier(reader, place, EVERYTHING)
    lines = await _read(reader, SignerLog(actor.account, place))
    if not lines.entries:
        raise NotStaff(reader.office.name)  # whoever was asked to sign has at least the line of its sending
    return Open(log_forms.envelope_log_form(texts.say("Your requests in this conversation"), lines, texts))


async def filter_log(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """The dossier log as its filter says. Raises `InvalidInput`, `NotStaff`, and what `show_log` raises."""
    reader, place = await _enter(ports, submission.actor, read_draft(submission.context).place, texts)
    if not reader.as_staff:
        raise NotStaff(reader.office.name)
    values = submission.values
    wanted = make_filter(
        read_day(values, log_forms.SINCE),
        read_day(values, log_forms.UNTIL),
        read_text(values, log_forms.PERSON),
        read_text(values, log_forms.STATE),
    )
    return await _show_dossier(reader, place, wanted)


async def _enter(ports: Ports, actor: Actor, place: Place, texts: Texts) -> tuple[_Reader, Place]:
    """Who asks, and the conversation of their office that they take part in, both asked from the platform."""
    office = await read_office(ports, actor)
    place = replace(place, tenant=actor.office_tenant).conversation
    reader = _Reader(ports, actor, office, await is_staff(ports, office, actor), texts)
    if not await directory_of(ports, actor).takes_part(place, actor.account):
        raise NotAParticipant(actor.name)
    return reader, place


async def _show_dossier(reader: _Reader, place: Place, wanted: LogFilter) -> Answer:
    office = reader.office
    async with reader.ports.store.reading() as tx:
        conversation = await tx.conversations.at(place)
        client = await tx.people.client(office.id, conversation.client) if conversation else None
        if client is None:
            raise ConversationNotLinked
        people = await tx.log.people(office.id, client.id, PEOPLE_OFFERED)
    lines = await _read(reader, DossierLog(client.id), wanted)
    name, context = f"{client.number} · {client.name}", write_draft(Draft(place))
    return Open(log_forms.dossier_log_form(name, lines, wanted, people, context, reader.texts))


async def _read(reader: _Reader, scope: LogScope, wanted: LogFilter = EVERYTHING) -> ShownLines:
    viewer = Party(reader.actor.account, reader.actor.name)
    async with reader.ports.store.transaction() as tx:
        lines = await read_lines(tx, reader.office, scope, wanted, None, LINES_IN_DIALOG)
        page = await offer_log_page(reader.ports, tx, reader.office, scope, viewer, as_staff=reader.as_staff)
    # Platforms fetch pictures themselves, and by https alone.
    signatures = f"{page}/signatures" if page.startswith("https://") else ""
    return ShownLines(lines.describe(reader.texts), lines.older, page + write_query(wanted), signatures)
