"""The page: the document with its fields, and what to place on it."""

from dataclasses import dataclass

import orjson
from aiohttp import web

from adapters.web.html import NOTHING, Html, isolate, join, tag
from adapters.web.origins import make_form_token
from adapters.web.placing.sent import FORGET, SAVE, write_fields
from adapters.web.placing.site import SAVED, PlacingSite
from adapters.web.placing.words import list_words, name_kinds
from bot.domain.fields import Field, count_signers
from bot.domain.placing import LABEL_LENGTH, MOST_FIELDS, MOST_SIGNERS, SMALLEST, TEMPLATE_LENGTH
from bot.texts import Texts
from bot.use_cases.place_fields import PlacingPage, guess_template


@dataclass(frozen=True, slots=True)
class Entered:
    """What somebody had placed when the page comes back to them, what is said about it, and whether it is not saved."""

    fields: tuple[Field, ...]
    revision: int
    trouble: str = ""
    notice: str = ""
    remember: str = ""
    status: int = 200
    is_changed: bool = False


def show_page(
    site: PlacingSite, request: web.Request, texts: Texts, page: PlacingPage, entered: Entered | None = None
) -> web.Response:
    """The page with what is saved, or with what was `entered`."""
    if entered is None:
        saved = texts.say("Saved. You can go back to the dialog in the chat.") if SAVED in request.query else ""
        fields = page.placement.fields if page.placement else ()
        entered = Entered(fields, page.revision, notice=saved)
    title = texts.say("Place fields")
    body = tag(
        "main",
        _write_header(page, title, entered, texts),
        tag("div", _write_panel(site, request, texts, page, entered), _write_document(site, request, texts, page)),
        _write_footer(page, texts),
        class_="placing",
    )
    return site.lay_out(request, texts, title, body, entered.status)


def _write_header(page: PlacingPage, title: str, entered: Entered, texts: Texts) -> Html:
    client = join((page.client.number, " · ", isolate(page.client.name)))
    alert = tag("p", entered.trouble, role="alert", tabindex="-1") if entered.trouble else NOTHING
    notice = tag("p", entered.notice, class_="saved", role="status") if entered.notice else NOTHING
    drag = texts.say(
        "Choose the signer, then drag a field onto the document, or press it to put it on the page in sight."
    )
    keys = texts.say(
        "With the keyboard, the arrow keys move a field, with Shift they make it larger or smaller, Page Up and Page "
        "Down take it to another page, and Delete removes it."
    )
    return tag(
        "header",
        tag("p", client, class_="soft"),
        tag("h1", title, ": ", isolate(page.item.name)),
        tag("p", drag, class_="soft"),
        tag("p", keys, class_="soft", id="how"),
        tag("noscript", tag("p", texts.say("This page needs JavaScript."), role="alert")),
        alert,
        notice,
    )


def _write_panel(site: PlacingSite, request: web.Request, texts: Texts, page: PlacingPage, entered: Entered) -> Html:
    facts: dict[str, str | bool] = {
        "data_signers": orjson.dumps(page.link.signers).decode(),
        "data_count": str(len(page.link.signers) or max(1, count_signers(entered.fields))),
        "data_words": orjson.dumps(list_words(texts)).decode(),
        "data_most": orjson.dumps({"fields": MOST_FIELDS, "signers": MOST_SIGNERS, "smallest": SMALLEST}).decode(),
        "data_template": site.locate(request, "template"),
        "data_changed": entered.is_changed,
    }
    return tag(
        "form",
        _write_hidden(request, entered),
        _write_palette(page, texts),
        _write_chosen(texts),
        _write_templates(page, texts),
        _write_remembering(page, entered, texts),
        _write_saving(texts),
        method="post",
        action=site.locate(request, "fields"),
        autocomplete="off",
        aria_label=texts.say("Fields"),
        **facts,
    )


def _write_hidden(request: web.Request, entered: Entered) -> Html:
    told = {
        "token": make_form_token(request.match_info["secret"]),
        "revision": str(entered.revision),
        "fields": write_fields(entered.fields),
    }
    return join(tag("input", type="hidden", name=name, value=value) for name, value in told.items())


def _write_palette(page: PlacingPage, texts: Texts) -> Html:
    more = tag("button", texts.say("Add a signer"), type="button", data_do="add-signer")
    kinds = (tag("button", name, type="button", data_kind=kind) for kind, name in name_kinds(texts).items())
    return tag(
        "div",
        tag("label", texts.say("Signer"), for_="signer"),
        tag("div", tag("select", id="signer"), NOTHING if page.link.signers else more, class_="row"),
        tag("div", *kinds, class_="kinds", role="group", aria_label=texts.say("Place a field")),
        class_="palette",
    )


def _write_chosen(texts: Texts) -> Html:
    moves = {
        "left": ("←", texts.say("Move left")),
        "up": ("↑", texts.say("Move up")),
        "down": ("↓", texts.say("Move down")),
        "right": ("→", texts.say("Move right")),
        "narrower": ("⇤", texts.say("Narrower")),
        "wider": ("⇥", texts.say("Wider")),
        "lower": ("⤓", texts.say("Lower")),
        "taller": ("⤒", texts.say("Taller")),
    }
    steps = (tag("button", sign, type="button", data_do=do, aria_label=name) for do, (sign, name) in moves.items())
    pages = {"previous": texts.say("Previous page"), "next": texts.say("Next page"), "remove": texts.say("Remove")}
    return tag(
        "fieldset",
        tag("legend"),
        tag(
            "div",
            tag("label", texts.say("What is to be filled in"), for_="label"),
            tag("input", id="label", maxlength=str(LABEL_LENGTH), dir="auto"),
            class_="field",
            data_label_of="text",
        ),
        tag("div", tag("label", texts.say("Signer"), for_="whose"), tag("select", id="whose"), class_="field"),
        tag("div", *steps, class_="steps", role="group", aria_label=texts.say("Move and size")),
        tag("div", *(tag("button", name, type="button", data_do=do) for do, name in pages.items()), class_="row"),
        id="chosen",
        hidden=True,
    )


def _write_templates(page: PlacingPage, texts: Texts) -> Html:
    if not page.templates:
        return NOTHING
    guessed = guess_template(page)
    names = (tag("option", each.name, value=each.name, selected=each == guessed) for each in page.templates)
    offer = texts.say("There is a template for a document like this: {name}.", name=guessed.name) if guessed else ""
    return tag(
        "details",
        tag("summary", texts.say("Templates")),
        tag("p", offer) if guessed else NOTHING,
        tag("label", texts.say("Template"), for_="template"),
        tag("select", *names, id="template", name="template"),
        tag(
            "div",
            tag("button", texts.say("Use template"), type="button", data_do="use"),
            tag("button", texts.say("Remove template"), name="do", value=FORGET),
            class_="row",
        ),
        open=bool(guessed and not page.placement),
    )


def _write_remembering(page: PlacingPage, entered: Entered, texts: Texts) -> Html:
    known = (tag("option", value=each.name) for each in page.templates)
    most = str(TEMPLATE_LENGTH)
    return tag(
        "details",
        tag("summary", texts.say("Remember for documents of this kind")),
        tag("label", texts.say("Kind of document"), for_="remember"),
        tag("input", id="remember", name="remember", maxlength=most, list="kinds", value=entered.remember),
        tag("datalist", *known, id="kinds"),
        tag("p", texts.say("The fields are offered for the next document of this kind."), class_="soft"),
        open=bool(entered.remember),
    )


def _write_saving(texts: Texts) -> Html:
    return tag(
        "div",
        tag(
            "div",
            tag("button", texts.say("Undo"), type="button", data_do="undo", disabled=True),
            tag("button", texts.say("Save"), name="do", value=SAVE, class_="main"),
            class_="row",
        ),
        tag("p", class_="soft", role="status", id="told"),
        class_="saving",
    )


def _write_document(site: PlacingSite, request: web.Request, texts: Texts, page: PlacingPage) -> Html:
    notice = tag(
        "p",
        class_="soft",
        role="status",
        data_loading=texts.say("One moment…"),
        data_failed=texts.say("This document cannot be shown in the page here."),
    )
    shapes = [(each.width, each.height, each.rotation) for each in page.layout.pages]
    label = texts.say("Page {page} of {pages}", page="{page}", pages="{pages}")
    facts = {
        "data_pdf": site.locate(request, "document"),
        "data_count": str(len(shapes)),
        "data_label": label,
        "data_shapes": orjson.dumps(shapes).decode(),
        "data_found": write_fields(page.layout.found),
    }
    return tag("section", notice, class_="pages", aria_label=texts.say("Document"), **facts)


def _write_footer(page: PlacingPage, texts: Texts) -> Html:
    until = texts.moment(page.link.expires_at)
    words = [texts.say("This page is for {name}. It works until {moment}.", name=page.link.placer.name, moment=until)]
    if page.placement:
        by, at = page.placement.by.name, texts.moment(page.placement.at)
        words.append(texts.say("Fields were saved last by {name} on {moment}.", name=by, moment=at))
    return tag("footer", tag("small", " ".join(words)))
