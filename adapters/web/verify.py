"""The page where anybody checks a proof, with or without its document, or a sealed PDF. Nothing sent there is kept."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import structlog
from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http import HttpProcessingError

from adapters.seal_judgement import Judgement
from adapters.verdicts import describe_entry, describe_finding, describe_verdict
from adapters.web.html import NOTHING, Html, isolate, join, tag
from adapters.web.pages import lay_out, read_texts
from adapters.web.seals import tell_judgement
from bot.texts import Texts
from storage.evidence.checkpoint import read_checkpoint
from storage.evidence.errors import Malformed
from storage.evidence.note import VerifierKey
from storage.evidence.proof import MAX_PROOF, parse_proof
from storage.evidence.verify import Check, Finding, Outcome, Report, Verdict, verify_proof

ADDRESS: Final = "/verify"
PROOF, DOCUMENT = "proof", "document"
PROOF_LIMIT: Final = 1_000_000
"""Bytes of a proof that are read; the largest that there can be is smaller."""
SEALED_LIMIT: Final = 50 * 1_000_000
"""Bytes of a sealed PDF, which is held while it is judged; a larger one is for the command line."""
DOCUMENT_LIMIT: Final = 500 * 1_000_000
"""Bytes of a document, which is hashed as it comes and never held."""
AT_ONCE: Final = 8
"""So many are read at the same time; the page needs no account, so it may not take the whole machine."""
READING_TIME: Final = 900.0
"""Seconds for everything that is sent."""
_MAGIC: Final = b"%PDF-"
_PIECE: Final = 64 * 1024

FindKeys = Callable[[str], Awaitable[Sequence[VerifierKey] | None]]
"""The keys of the log with this origin: none where it is no log of this deployment, None while they cannot be had."""

Judge = Callable[[bytes], Awaitable[Judgement]]
"""Judges a sealed PDF, or raises `OSError`."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Sent:
    """What somebody sent: the proof or the sealed PDF, the document's SHA-256 where there is one, and their names."""

    proof: bytes = b""
    digest: str | None = None
    proof_name: str = ""
    document_name: str = ""


class _NotTaken(Exception):
    """What was sent cannot be looked at; the message is for the reader."""


def serve_verify(find_keys: FindKeys, judge: Judge) -> list[web.AbstractRouteDef]:
    """`GET /verify` shows the form, `POST` what came of the checks."""
    room = asyncio.Semaphore(AT_ONCE)

    async def get(request: web.Request) -> web.StreamResponse:
        return _ask(read_texts(request))

    async def post(request: web.Request) -> web.StreamResponse:
        texts = read_texts(request)
        if room.locked():
            return _ask(texts, texts.say("Too many proofs are being checked right now. Please try again."), status=503)
        async with room:
            return await _check(request, find_keys, judge, texts)

    return [web.get(ADDRESS, get), web.post(ADDRESS, post)]


async def _check(request: web.Request, find_keys: FindKeys, judge: Judge, texts: Texts) -> web.Response:
    try:
        async with asyncio.timeout(READING_TIME):
            sent = await _read(request, texts)
    except _NotTaken as refusal:
        return _ask(texts, str(refusal), status=422)
    except (TimeoutError, ValueError, AssertionError, OSError, HttpProcessingError, web.HTTPException):
        # The library checks what comes in with assertions as well.
        return _ask(texts, texts.say("The files did not arrive in full."), status=400)
    if sent.proof.startswith(_MAGIC):
        return await _judge_sealed(sent, judge, texts)
    origin = _find_origin(sent.proof)
    keys = await find_keys(origin) if origin else ()
    if keys is None:
        return _ask(texts, texts.say("The keys of the logs cannot be fetched right now. Please try again."), status=503)
    report = verify_proof(sent.proof, keys, sent.digest)
    _log.info("proof_checked", verdict=report.verdict.value)
    return _tell(report, sent, is_ours=bool(keys), texts=texts)


async def _judge_sealed(sent: _Sent, judge: Judge, texts: Texts) -> web.Response:
    try:
        judged = await judge(sent.proof)
    except OSError:
        return _ask(texts, texts.say("Sealed PDFs cannot be checked right now. Please try again."), status=503)
    _log.info("seal_judged", verdict=judged.verdict.value)
    return tell_judgement(judged, sent.proof_name, ADDRESS.removeprefix("/"), texts)


def _find_origin(proof: bytes) -> str:
    try:
        return read_checkpoint(parse_proof(proof).checkpoint).origin
    except Malformed:
        return ""


async def _read(request: web.Request, texts: Texts) -> _Sent:
    if request.content_type != "multipart/form-data":
        raise _NotTaken(texts.say("The files did not arrive in full."))
    sent = _Sent()
    async for part in await request.multipart():
        if isinstance(part, MultipartReader) or part is None:
            raise _NotTaken(texts.say("The files did not arrive in full."))
        await _take(part, sent, texts)
    if not sent.proof:
        raise _NotTaken(texts.say("Choose a sealed PDF, or a proof: a file whose name ends in .tlog-proof."))
    return sent


async def _take(part: BodyPartReader, sent: _Sent, texts: Texts) -> None:
    limit = DOCUMENT_LIMIT if part.name == DOCUMENT else PROOF_LIMIT
    kept, digest, size = bytearray(), sha256(), 0
    while piece := await part.read_chunk(_PIECE):
        size += len(piece)
        if size <= _PIECE and part.name == PROOF and piece.startswith(_MAGIC):
            limit = SEALED_LIMIT
        if size > limit:
            raise _NotTaken(texts.say("The file is larger than {limit}.", limit=texts.size(limit)))
        digest.update(piece)
        if part.name == PROOF and (limit == SEALED_LIMIT or size <= MAX_PROOF + _PIECE):
            kept += piece
    if part.name == PROOF:
        sent.proof, sent.proof_name = bytes(kept), part.filename or ""
    elif part.name == DOCUMENT and (size or part.filename):
        sent.digest, sent.document_name = digest.hexdigest(), part.filename or ""


def _ask(texts: Texts, trouble: str = "", *, status: int = 200) -> web.Response:
    body = join(
        [
            tag("p", texts.say("A proof shows that a decision stands in an office's log, and is unchanged since.")),
            tag("p", texts.say("A seal shows that a PDF is unchanged since everybody signed it.")),
            tag("p", trouble, role="alert") if trouble else NOTHING,
            _make_form(texts),
            tag("p", tag("small", texts.say("Nothing of what you send is kept."))),
        ]
    )
    return lay_out(status, texts.say("Check a proof or a sealed PDF"), body, texts, asks=True)


def _make_form(texts: Texts) -> Html:
    limits = texts.say(
        "A proof has at most {limit}, a sealed PDF at most {sealed}, the document at most {most}.",
        limit=texts.size(PROOF_LIMIT),
        sealed=texts.size(SEALED_LIMIT),
        most=texts.size(DOCUMENT_LIMIT),
    )
    return tag(
        "form",
        tag("label", texts.say("Sealed PDF, or proof (ends in .tlog-proof)"), for_=PROOF),
        tag("input", id=PROOF, name=PROOF, type="file", required=True, aria_describedby="limits"),
        tag("label", texts.say("The document that a proof is about (may be left out)"), for_=DOCUMENT),
        tag("input", id=DOCUMENT, name=DOCUMENT, type="file", aria_describedby="limits"),
        tag("p", tag("small", limits), id="limits"),
        tag("button", texts.say("Check")),
        method="post",
        enctype="multipart/form-data",
    )


def _tell(report: Report, sent: _Sent, *, is_ours: bool, texts: Texts) -> web.Response:
    title = describe_verdict(report.verdict, texts)
    if report.verdict is Verdict.INCOMPLETE:
        title = texts.say("This is not a proof of a log of ours.")
    elif report.verdict is Verdict.HOLDS and sent.digest is None:
        title = texts.say("The proof holds. No document was compared.")
    names = " · ".join(each for each in (sent.proof_name, sent.document_name) if each)
    checks = [_tell_finding(each, report, texts) for each in report.findings]
    # What stands in a proof that does not hold is not to be read as if it did.
    known = describe_entry(report, texts) if report.verdict is Verdict.HOLDS else ()
    body = join(
        [
            tag("p", isolate(names)) if names else NOTHING,
            tag("ul", *(each for each in checks if each), class_="checks"),
            *(tag("p", tag("small", each)) for each in known),
            tag("p", _say_whose(report, is_ours=is_ours, texts=texts)),
            tag("p", tag("a", texts.say("Check another proof"), href=ADDRESS.removeprefix("/"))),
        ]
    )
    return lay_out(200, title, body, texts)


def _tell_finding(finding: Finding, report: Report, texts: Texts) -> Html:
    if finding.outcome is Outcome.UNCHECKED:
        if finding.check is not Check.DOCUMENT_HASH:
            return NOTHING
        return tag("li", tag("strong", texts.say("Not checked")), ": ", texts.say("No document was given."))
    mark = texts.say("Held") if finding.outcome is Outcome.HELD else texts.say("Failed")
    return tag("li", tag("strong", mark), ": ", describe_finding(finding, report.stamped_at, texts))


def _say_whose(report: Report, *, is_ours: bool, texts: Texts) -> str:
    if report.checkpoint is None:
        return texts.say("Whose log this is cannot be read from the file.")
    origin = report.checkpoint.origin
    if is_ours:
        return texts.say("It was checked with the key of the log {origin}, which is kept here.", origin=origin)
    return texts.say("It says that it is of the log {origin}, of which no key is known here.", origin=origin)
