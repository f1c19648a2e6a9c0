"""The pages of logs behind personal links, to print, and the same as PDF and CSV."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import structlog
from aiohttp import web

from adapters.web.log_certificate import ENDING, DrawCertificate, offers_certificate, send_certificate
from adapters.web.log_csv import write_entries, write_heading
from adapters.web.log_page import Doors, FilterForm, show_log
from adapters.web.log_proofs import serve_proofs
from adapters.web.log_refusals import tell_absence, tell_refusal
from adapters.web.log_signatures import serve_signatures
from adapters.web.pages import PRIVATE, is_prefetch, read_texts, show_page
from adapters.web.signing.documents import write_disposition
from adapters.web.verify import ADDRESS as VERIFY
from bot.domain.envelope import Party
from bot.domain.errors import LinkRefused, LinkTrouble, StoreUnavailable
from bot.domain.faults import InvalidInput
from bot.domain.log import EVERYTHING, DossierLog, LogFilter, LogPosition
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.log_filter import read_query, write_query
from bot.use_cases.read_log import Lines, OpenedLog, open_log, read_all, read_page, read_people
from bot.views.log_forms import offer_people, offer_states
from bot.views.log_sheet import Occasion, Sheet, make_sheet, name_log, tell_filter

ADDRESS = "/logs/{secret:[^./]+}"
LINES_ON_PAGE = 200
LINES_IN_PDF = 500
"""About fifty sheets of paper, which take a few seconds to draw."""
BEFORE = "before"

_log = structlog.get_logger(__name__)

DrawPdf = Callable[[Sheet], Awaitable[bytes | None]]
"""The PDF of a sheet; None where it cannot be drawn."""


@dataclass(frozen=True, slots=True)
class _Visit:
    """Somebody with a link that works, and what they want of the log."""

    ports: Ports
    secret: str
    opened: OpenedLog
    people: tuple[Party, ...]
    wanted: LogFilter
    before: LogPosition | None
    invalid: InvalidInput | None
    texts: Texts

    @property
    def occasion(self) -> Occasion:
        """What a sheet of it is of."""
        opened = self.opened
        is_dossier = isinstance(opened.link.scope, DossierLog)
        now = self.ports.clock.now()
        return Occasion(opened.office, opened.client, opened.envelope, opened.link.viewer, now, is_dossier)

    def make_sheet(self, lines: Lines, warning: str) -> Sheet:
        """The sheet with these lines."""
        names = {each.account.user: each.name for each in self.people}
        filtered = tell_filter(self.wanted, names.get(self.wanted.person, self.wanted.person), self.texts)
        return replace(make_sheet(self.occasion, lines.describe(self.texts), filtered, self.texts), warning=warning)

    def name_file(self, kind: str) -> str:
        """The name to save it under."""
        number = f"-{self.opened.client.number}" if self.opened.client else ""
        return f"{name_log(self.occasion, self.texts)}{number}-{self.ports.clock.now():%Y-%m-%d}.{kind}".lower()


Answer = Callable[[web.Request, _Visit], Awaitable[web.StreamResponse]]


def serve_logs(ports: Ports, draw: DrawPdf, draw_certificate: DrawCertificate) -> list[web.AbstractRouteDef]:
    """`GET /logs/{secret}`, `….pdf`, `….csv`, the certificate, pictures and proofs; none of them uses the link up."""

    def visit(answer: Answer) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def get(request: web.Request) -> web.StreamResponse:
            return await _visit(ports, request, answer)

        return get

    async def head(_request: web.Request) -> web.StreamResponse:
        return web.Response(headers=PRIVATE)  # looking whether a link works tells nothing of it

    async def send_pdf(_request: web.Request, visited: _Visit) -> web.StreamResponse:
        return await _send_pdf(visited, draw)

    async def certify(_request: web.Request, visited: _Visit) -> web.StreamResponse:
        return await send_certificate(ports, visited.opened, draw_certificate, visited.texts)

    shown: Mapping[str, Answer] = {"": _show, ".csv": _send_csv, ".pdf": send_pdf, ENDING: certify}
    routes = [
        route
        for end, answer in shown.items()
        for route in (web.get(ADDRESS + end, visit(answer), allow_head=False), web.head(ADDRESS + end, head))
    ]
    return [*routes, serve_signatures(ports), serve_proofs(ports)]


async def _visit(ports: Ports, request: web.Request, answer: Answer) -> web.StreamResponse:
    if is_prefetch(request):
        return web.Response(status=503, headers=PRIVATE)
    texts, secret = read_texts(request), request.match_info["secret"]
    try:
        opened = await open_log(ports, secret)
        people = await read_people(ports, opened)
        wanted, before, invalid = _read_wishes(request.query, opened)
        return await answer(request, _Visit(ports, secret, opened, people, wanted, before, invalid, texts))
    except LinkRefused as refusal:
        return tell_refusal(refusal, texts)
    except StoreUnavailable:
        _log.warning("log_not_served", why="database")
        return tell_absence(texts.say("The log cannot be fetched right now. Please try again in a moment."), texts)


def _read_wishes(
    query: Mapping[str, str], opened: OpenedLog
) -> tuple[LogFilter, LogPosition | None, InvalidInput | None]:
    try:
        wanted = read_query(query) if isinstance(opened.link.scope, DossierLog) else EVERYTHING
    except InvalidInput as invalid:
        return EVERYTHING, None, invalid
    return wanted, _read_position(query.get(BEFORE, "")), None


async def _show(_request: web.Request, visit: _Visit) -> web.StreamResponse:
    lines = await read_page(visit.ports, visit.opened, visit.wanted, visit.before, LINES_ON_PAGE)
    texts, warning = visit.texts, ""
    if lines.older:
        warning = texts.count(
            "This page shows {number} line, newest first; there are older ones.",
            "This page shows {number} lines, newest first; there are older ones.",
            len(lines.lines),
        )
    form = None
    if visit.occasion.is_dossier:
        form = FilterForm(visit.wanted, offer_people(visit.people, texts), offer_states(texts))
    return show_log(visit.make_sheet(lines, warning), form, _list_doors(visit, lines), visit.invalid, texts)


def _list_doors(visit: _Visit, lines: Lines) -> Doors:
    texts, here, query = visit.texts, f"/logs/{visit.secret}", write_query(visit.wanted)
    links = [(texts.say("Download as PDF"), f"{here}.pdf{query}"), (texts.say("Download as CSV"), f"{here}.csv{query}")]
    if offers_certificate(visit.opened.envelope):
        links.append((texts.say("Proof of this request as PDF"), here + ENDING))
    if visit.before:
        links.append((texts.say("Newest lines"), here + query))
    if lines.older:
        links.append((texts.say("Older lines"), here + _turn_page(query, lines)))
    note = texts.say(
        "The CSV has every line, the PDF the newest {number}. This page is for {name} and works until {moment}.",
        number=LINES_IN_PDF,
        name=visit.opened.link.viewer.name,
        moment=texts.moment(visit.opened.link.expires_at),
    )
    links.append((texts.say("Check a proof"), VERIFY))
    return Doors(tuple(links), note, f"{here}/proofs" if visit.opened.offers_proofs else "")


async def _send_csv(request: web.Request, visit: _Visit) -> web.StreamResponse:
    """Sent batch by batch. When the database goes away in between the download fails, instead of ending early."""
    _require_filter(visit)
    batches = read_all(visit.ports, visit.opened, visit.wanted)
    first = await anext(batches)
    response = web.StreamResponse(headers=_describe_file(visit, "csv", "text/csv; charset=utf-8"))
    await response.prepare(request)
    await response.write(write_heading(visit.texts) + write_entries(first.describe(visit.texts), visit.texts))
    try:
        async for batch in batches:
            await response.write(write_entries(batch.describe(visit.texts), visit.texts))
    except StoreUnavailable:
        _log.warning("log_download_broken_off", why="database")
        if request.transport:
            request.transport.abort()
        return response
    await response.write_eof()
    return response


async def _send_pdf(visit: _Visit, draw: DrawPdf) -> web.StreamResponse:
    _require_filter(visit)
    texts, warning = visit.texts, ""
    lines = await read_page(visit.ports, visit.opened, visit.wanted, None, LINES_IN_PDF)
    if lines.older:
        warning = texts.say(
            "These are the newest {number} lines. Filter by period for older ones, or take the CSV, which has all.",
            number=LINES_IN_PDF,
        )
    drawn = await draw(visit.make_sheet(lines, warning))
    if drawn is None:
        words = texts.say("The PDF could not be made. Filter by a shorter period, print the page, or take the CSV.")
        return show_page(503, texts.say("There is no PDF now"), words, texts=texts)
    return web.Response(body=drawn, headers=_describe_file(visit, "pdf", "application/pdf"))


def _require_filter(visit: _Visit) -> None:
    """A file that is not filtered as its address says would be taken for one that is."""
    if visit.invalid:
        raise LinkRefused(LinkTrouble.UNKNOWN)


def _describe_file(visit: _Visit, kind: str, media_type: str) -> dict[str, str]:
    disposition = write_disposition("attachment", visit.name_file(kind))
    return {**PRIVATE, "Content-Type": media_type, "Content-Disposition": disposition}


def _turn_page(query: str, lines: Lines) -> str:
    last = lines.lines[-1].position
    written = urlencode({BEFORE: f"{last.at.isoformat()}~{last.number}"})
    return f"{query}&{written}" if query else f"?{written}"


def _read_position(text: str) -> LogPosition | None:
    """Where the page before ended; whatever is no such place begins at the newest line."""
    moment, _, number = text.partition("~")
    try:
        return LogPosition(datetime.fromisoformat(moment).astimezone(UTC), int(number))
    except (ValueError, OverflowError):
        return None
