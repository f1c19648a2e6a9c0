"""The page as HTML: what is asked and by whom, the documents, and what was answered. What people wrote is escaped."""

from html import escape

from aiohttp import web

from adapters.web.origins import make_form_token
from adapters.web.signing.documents import PDF, SHOWN
from adapters.web.signing.form import NOTHING_YET, Entered, write_form
from adapters.web.signing.site import Site
from bot.domain.envelope import Document
from bot.texts import OFFICE_ZONE, Texts
from bot.use_cases.sign_page import SigningPage
from bot.views.envelope_card import describe_document, describe_documents, flatten, show_status


def show_page(
    site: Site, request: web.Request, texts: Texts, page: SigningPage, entered: Entered = NOTHING_YET
) -> web.Response:
    """The documents, and the form with what was `entered` into it if it is this person's turn."""
    title = describe_documents(page.envelope.documents, texts)
    token = make_form_token(request.match_info["secret"])
    documents = (
        _write_document(document, number, site.locate(request, "documents", str(number)), texts)
        for number, document in enumerate(page.envelope.documents, start=1)
    )
    body = (
        f'<main data-pages="{escape(site.locate(request, "pages"))}" data-token="{token}">'
        f"{_write_header(site, page, title, texts)}"
        f"{_write_jump(texts) if page.may_answer else ''}"
        f"{''.join(documents)}"
    )
    if page.may_answer:
        body += write_form(page, entered, site.locate(request, "answer"), token, texts)
    return site.lay_out(request, texts, title, f"{body}{_write_whose(page, texts)}</main>", entered.status)


def _write_jump(texts: Texts) -> str:
    return f'<p class="jump"><a href="#answer">{escape(texts.say("To signing"))}</a></p>'


def _write_header(site: Site, page: SigningPage, title: str, texts: Texts) -> str:
    envelope, now = page.envelope, site.ports.clock.now()
    facts = [
        (texts.say("From"), f"<bdi>{escape(envelope.sender.name)}</bdi> · <bdi>{escape(page.office.name)}</bdi>"),
        (texts.say("Client"), f"{escape(page.client.number)} · <bdi>{escape(page.client.name)}</bdi>"),
    ]
    if envelope.due:
        is_late = envelope.is_late(now.astimezone(OFFICE_ZONE).date())
        late = f" · <strong>{escape(texts.say('Late'))}</strong>" if is_late else ""
        facts.append((texts.say("Due"), escape(texts.day(envelope.due)) + late))
    rows = "".join(f"<dt>{escape(label)}</dt><dd>{value}</dd>" for label, value in facts)
    status = texts.say("Carry out this task") if page.may_answer else flatten(show_status(envelope, texts, now))
    message = f'<blockquote dir="auto">{escape(envelope.message)}</blockquote>' if envelope.message else ""
    return (
        f'<header><p class="soft">{escape(status)}</p><h1><bdi>{escape(title)}</bdi></h1>'
        f"{message}<dl>{rows}</dl></header>"
    )


def _write_document(document: Document, number: int, address: str, texts: Texts) -> str:
    is_shown = document.media_type in SHOWN
    label = texts.say("Open") if is_shown else texts.say("Download")
    # The name again for who hears a list of links.
    link = (
        f'<a class="open" href="{escape(address)}" target="_blank" rel="noopener">{escape(label)}'
        f'<span class="unseen"> {escape(document.name)}</span></a>'
    )
    return (
        f'<section class="document" aria-labelledby="document-{number}"><div>'
        f'<h2 id="document-{number}"><bdi>{escape(document.name)}</bdi></h2>'
        f'<p class="soft">{escape(describe_document(document, texts))}</p></div><p>{link}</p>'
        f"{_write_content(document, number, address, texts)}</section>"
    )


def _write_content(document: Document, number: int, address: str, texts: Texts) -> str:
    if document.media_type == PDF:
        failed = texts.say("This document cannot be shown in the page here. Open it with the link above.")
        return (
            f'<div class="pages" data-pdf="{escape(address)}" data-number="{number}" '
            f'data-label="{escape(texts.say("Page {page} of {pages}", page="{page}", pages="{pages}"))}">'
            f'<p class="soft" role="status" data-loading="{escape(texts.say("One moment…"))}" '
            f'data-failed="{escape(failed)}"></p></div>'
        )
    if document.media_type in SHOWN:
        return f'<img src="{escape(address)}" alt="{escape(document.name)}" loading="lazy">'
    return ""


def _write_whose(page: SigningPage, texts: Texts) -> str:
    whose = texts.say(
        "This page is for {name}. It works until {moment}.",
        name=page.viewer.name,
        moment=texts.moment(page.expires_at),
    )
    return f"<footer><small>{escape(whose)}</small></footer>"
