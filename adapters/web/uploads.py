"""The page to bring documents to, for platforms whose dialogs cannot ask for files."""

from html import escape

import structlog
from aiohttp import web

from adapters.web.origins import comes_from_here
from adapters.web.pages import PRIVATE, is_prefetch, lay_out, read_texts, show_page
from adapters.web.receiving import (
    FIELD,
    MOST_FILES,
    TOTAL_LIMIT,
    NothingSent,
    TooManySent,
    TooMuchSent,
    UploadRefused,
    read_files,
)
from bot.domain.errors import Conflict, FilesNotTaken, FileTrouble, LinkRefused, LinkTrouble, StoreUnavailable
from bot.ports import Ports
from bot.texts import Texts
from bot.use_cases.uploads import UPLOAD_LIMIT, OpenedPage, open_upload_page, take_uploads

ADDRESS = "/uploads/{secret}"

_log = structlog.get_logger(__name__)


def serve_uploads(ports: Ports) -> list[web.AbstractRouteDef]:
    """`GET /uploads/{secret}` shows the page, which does not use it up; `POST` files what is sent, once."""

    async def get(request: web.Request) -> web.StreamResponse:
        if is_prefetch(request):
            return web.Response(status=503, headers=PRIVATE)
        return await _show(ports, request)

    async def head(_request: web.Request) -> web.StreamResponse:
        return web.Response(headers=PRIVATE)  # looking whether a link works tells nothing of it

    async def post(request: web.Request) -> web.StreamResponse:
        return await _take(ports, request)

    return [web.get(ADDRESS, get, allow_head=False), web.head(ADDRESS, head), web.post(ADDRESS, post)]


async def _show(ports: Ports, request: web.Request) -> web.Response:
    texts = read_texts(request)
    try:
        opened = await open_upload_page(ports, request.match_info["secret"])
    except LinkRefused as refusal:
        return _tell_refusal(refusal, texts)
    except StoreUnavailable:
        return _tell_outage(texts)
    return _ask(opened, texts)


async def _take(ports: Ports, request: web.Request) -> web.Response:
    texts, secret = read_texts(request), request.match_info["secret"]
    if not comes_from_here(request, ports.public_url):
        words = texts.say("This was not sent from the page itself. Open the page from the chat, and try again.")
        return show_page(403, texts.say("Nothing was filed"), words, texts=texts)
    try:
        # Looked at before anything is read, so that only who has a page can send us files.
        opened = await open_upload_page(ports, secret)
    except LinkRefused as refusal:
        return _tell_refusal(refusal, texts)
    except StoreUnavailable:
        return _tell_outage(texts)
    try:
        names = await take_uploads(ports, secret, await read_files(request))
    except LinkRefused:  # it was good a moment ago: the button was pressed twice
        words = texts.say("What was sent first is filed: find it by name in the dialog in the chat.")
        return show_page(409, texts.say("This upload page was used already"), words, texts=texts)
    except (FilesNotTaken, UploadRefused) as refusal:
        return _ask(opened, texts, _explain(refusal, texts))
    except Conflict:
        words = texts.say("Somebody else filed a document of that name at this moment. Please try again.")
        return _ask(opened, texts, words)
    except StoreUnavailable as outage:
        return _tell_outage(texts, is_certain=not outage.at_commit)
    _log.info("documents_uploaded", number=len(names))
    return _tell_filed(opened, names, texts)


def _ask(opened: OpenedPage, texts: Texts, trouble: str = "") -> web.Response:
    limits = texts.say(
        "At most {number} files, each of at most {limit}, and {total} together.",
        number=MOST_FILES,
        limit=texts.size(UPLOAD_LIMIT),
        total=texts.size(TOTAL_LIMIT),
    )
    whose = texts.say(
        "This page is for {name} of {office}. It works once, until {moment}.",
        name=opened.page.uploader.name,
        office=opened.office.name,
        moment=texts.moment(opened.page.expires_at),
    )
    again, label, send = (
        texts.say("Nothing was filed. Choose the files again."),
        texts.say("Documents"),
        texts.say("Upload"),
    )
    alert = f'<p role="alert">{escape(trouble)} {escape(again)}</p>' if trouble else ""
    body = (
        f"<p>{escape(_say_where(opened, texts))}</p>{alert}"
        '<form method="post" enctype="multipart/form-data">'
        f'<label for="{FIELD}">{escape(label)}</label>'
        f'<input id="{FIELD}" name="{FIELD}" type="file" multiple required aria-describedby="limits">'
        f'<p id="limits"><small>{escape(limits)}</small></p>'
        f"<button>{escape(send)}</button></form>"
        f"<p><small>{escape(whose)}</small></p>"
    )
    return lay_out(422 if trouble else 200, texts.say("Upload documents"), body, texts, asks=True)


def _tell_filed(opened: OpenedPage, names: tuple[str, ...], texts: Texts) -> web.Response:
    listed = "".join(f"<li><bdi>{escape(name)}</bdi></li>" for name in names)
    back = texts.say("Go back to the dialog in the chat, and find them there by name under “Other documents”.")
    body = f"<p>{escape(_say_where(opened, texts))}</p><ul>{listed}</ul><p>{escape(back)}</p>"
    return lay_out(200, texts.say("Filed"), body, texts)


def _say_where(opened: OpenedPage, texts: Texts) -> str:
    return texts.say("Dossier: {client}", client=f"{opened.client.number} · {opened.client.name}")


def _tell_refusal(refusal: LinkRefused, texts: Texts) -> web.Response:
    again = texts.say("Open the dialog in the chat again; it has a new page for you.")
    if refusal.trouble is LinkTrouble.EXPIRED:
        return show_page(410, texts.say("This upload page has expired"), again, texts=texts)
    why = texts.say("It was used already, or its address is not complete.")
    return show_page(404, texts.say("This upload page does not work"), why, again, texts=texts)


def _tell_outage(texts: Texts, *, is_certain: bool = True) -> web.Response:
    _log.warning("uploads_not_taken", why="database", is_certain=is_certain)
    if is_certain:
        words = texts.say("Documents cannot be filed right now. Nothing was filed; please try again in a moment.")
    else:
        words = texts.say("It is not certain that the documents were filed: look for them in the dialog first.")
    return show_page(503, texts.say("Not available right now"), words, texts=texts)


def _explain(refusal: FilesNotTaken | UploadRefused, texts: Texts) -> str:
    match refusal:
        case FilesNotTaken(name, FileTrouble.EMPTY):
            return texts.say("The file {name} is empty.", name=name)
        case FilesNotTaken(name):
            return texts.say("The file {name} is larger than {limit}.", name=name, limit=texts.size(UPLOAD_LIMIT))
        case NothingSent():
            return texts.say("No file was chosen.")
        case TooManySent():
            return texts.say("These are more than {number} files.", number=MOST_FILES)
        case TooMuchSent():
            return texts.say("Together these files are larger than {limit}.", limit=texts.size(TOTAL_LIMIT))
        case _:
            return texts.say("The files did not arrive in full.")
