"""The page as HTML: what is asked and by whom, and the documents."""

from aiohttp import web

from adapters.web.html import NOTHING, Html, isolate, join, tag
from adapters.web.origins import make_form_token
from adapters.web.signing.documents import PDF, SHOWN
from adapters.web.signing.form import NOTHING_YET, Entered, write_form
from adapters.web.signing.site import Site
from bot.domain.dossier import Document
from bot.domain.envelope import Envelope
from bot.domain.expiry import find_last_day
from bot.texts import OFFICE_ZONE, Texts
from bot.use_cases.sign_page import SigningPage
from bot.views.envelope_words import describe_document, describe_documents, flatten, show_status


def show_page(
    site: Site, request: web.Request, texts: Texts, page: SigningPage, entered: Entered = NOTHING_YET
) -> web.Response:
    """The documents, and the form with what was `entered` into it if it is this person's turn."""
    title = describe_documents(page.envelope.newest_documents, texts)
    token = make_form_token(request.match_info["secret"])
    documents = (
        _write_document(document, number, site.locate(request, "documents", str(number)), texts)
        for number, document in enumerate(page.envelope.newest_documents, start=1)
    )
    form = write_form(page, entered, site.locate(request, "answer"), token, texts) if page.may_answer else NOTHING
    body = tag(
        "main",
        _write_header(site, page, title, texts),
        tag("div", _write_jump(texts) if page.may_answer else NOTHING, *documents),
        form,
        _write_whose(page, texts),
        data_pages=site.locate(request, "pages"),
        data_token=token,
    )
    return site.lay_out(request, texts, title, body, entered.status)


def _write_jump(texts: Texts) -> Html:
    return tag("p", tag("a", texts.say("To signing"), href="#answer"), class_="jump")


def _write_header(site: Site, page: SigningPage, title: str, texts: Texts) -> Html:
    envelope, now = page.envelope, site.ports.clock.now()
    status = texts.say("Carry out this task") if page.may_answer else flatten(show_status(envelope, texts, now))
    sender = join((isolate(envelope.sender.name), " · ", isolate(page.office.name)))
    client = join((page.client.number, " · ", isolate(page.client.name)))
    rows = [(texts.say("From"), sender), (texts.say("Client"), client)]
    if envelope.due:
        is_late = envelope.is_late(now.astimezone(OFFICE_ZONE).date())
        late = join((" · ", tag("strong", texts.say("Late")))) if is_late else NOTHING
        rows.append((texts.say("Due"), join((texts.day(envelope.due), late))))
    if envelope.expires_at and envelope.closing is None:
        rows.append((texts.say("Valid until"), join((texts.day(find_last_day(envelope.expires_at)),))))
    return tag(
        "header",
        tag("p", status, class_="soft"),
        tag("h1", isolate(title)),
        _write_message(envelope),
        tag("dl", *(join((tag("dt", label), tag("dd", value))) for label, value in rows)),
    )


def _write_message(envelope: Envelope) -> Html:
    return tag("blockquote", envelope.message, dir="auto") if envelope.message else NOTHING


def _write_document(document: Document, number: int, address: str, texts: Texts) -> Html:
    label = texts.say("Open the document") if document.media_type in SHOWN else texts.say("Download")
    # The name once more, for who hears a list of links.
    named = tag("span", f" {document.name}", class_="unseen")
    return tag(
        "section",
        tag(
            "div",
            tag("h2", isolate(document.name), id=f"document-{number}"),
            tag("p", describe_document(document, texts), class_="soft"),
        ),
        tag("p", tag("a", label, named, href=address, target="_blank", rel="noopener")),
        _write_content(document, number, address, texts),
        class_="document",
        aria_labelledby=f"document-{number}",
    )


def _write_content(document: Document, number: int, address: str, texts: Texts) -> Html:
    if document.media_type == PDF:
        notice = tag(
            "p",
            class_="soft",
            role="status",
            data_loading=texts.say("One moment…"),
            data_failed=texts.say("This document cannot be shown in the page here. Open it with the link above."),
        )
        label = texts.say("Page {page} of {pages}", page="{page}", pages="{pages}")
        count = str(document.pages or 0)
        facts = {"data_pdf": address, "data_number": str(number), "data_count": count, "data_label": label}
        return tag("div", notice, class_="pages", **facts)
    if document.media_type in SHOWN:
        return tag("img", src=address, alt=document.name, loading="lazy")
    return NOTHING


def _write_whose(page: SigningPage, texts: Texts) -> Html:
    until = texts.moment(page.expires_at)
    whose = texts.say("This page is for {name}. It works until {moment}.", name=page.viewer.name, moment=until)
    return tag("footer", tag("small", whose))
