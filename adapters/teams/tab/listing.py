"""A list of tasks as HTML."""

from datetime import datetime
from html import escape

from adapters.teams.tab.drawing import draw_button, draw_spans
from bot.domain.dossier import Document
from bot.domain.envelope import Envelope
from bot.domain.expiry import find_last_day
from bot.domain.tasks import REACH, TaskList, Turn
from bot.texts import OFFICE_ZONE, Texts
from bot.views.envelope_card import LOG, VIEW
from bot.views.envelope_words import describe_document, describe_documents, show_status
from bot.views.task_list import name_turn, say_nothing
from cards.model import Button, Style


def draw_tasks(tasks: TaskList, texts: Texts, now: datetime) -> str:
    """The three lists to choose from, and the tasks of the one that was chosen."""
    listed = "".join(_draw_task(each, tasks, texts, now) for each in tasks.envelopes)
    if not listed:
        return f"{_draw_turns(tasks, texts)}<p class=empty>{escape(say_nothing(tasks.turn, texts))}</p>"
    name = escape(name_turn(tasks.turn, texts))
    return f'{_draw_turns(tasks, texts)}<ul class=tasks aria-label="{name}">{listed}</ul>{_draw_pages(tasks, texts)}'


def _draw_turns(tasks: TaskList, texts: Texts) -> str:
    drawn = []
    for turn in Turn:
        count = tasks.counts[turn]
        shown = f"{REACH}+" if count >= REACH else str(count)
        current = " aria-current=page" if turn is tasks.turn else ""
        name = escape(name_turn(turn, texts))
        drawn.append(f"<button data-turn={turn}{current}>{name} <span class=count>{shown}</span></button>")
    label = escape(texts.say("Tasks"))
    return f'<nav class=turns aria-label="{label}">{"".join(drawn)}</nav>'


def _draw_task(envelope: Envelope, tasks: TaskList, texts: Texts, now: datetime) -> str:
    title = escape(describe_documents(envelope.documents, texts))
    buttons = "".join(draw_button(each) for each in _list_buttons(envelope, tasks.turn, texts))
    return (
        f"<li><h2><bdi>{title}</bdi></h2><p class=state>{_draw_state(envelope, tasks.turn, texts, now)}</p>"
        f"{_draw_documents(envelope.documents, texts)}{_draw_facts(envelope, tasks, texts)}"
        f"<p class=actions>{buttons}</p></li>"
    )


def _draw_facts(envelope: Envelope, tasks: TaskList, texts: Texts) -> str:
    facts = [(texts.say("From"), envelope.sender.name)]
    if envelope.client in tasks.clients:
        facts.insert(0, (texts.say("Client"), tasks.clients[envelope.client]))
    if envelope.due:
        facts.append((texts.say("Due"), texts.day(envelope.due)))
    if envelope.expires_at and envelope.closing is None:
        facts.append((texts.say("Valid until"), texts.day(find_last_day(envelope.expires_at))))
    drawn = (f"<dt>{escape(label)}</dt><dd><bdi>{escape(value)}</bdi></dd>" for label, value in facts)
    return f"<dl>{''.join(drawn)}</dl>"


def _draw_state(envelope: Envelope, turn: Turn, texts: Texts, now: datetime) -> str:
    if turn is not Turn.MINE:
        return draw_spans(show_status(envelope, texts, now))
    waiting, late = escape(texts.say("Waiting for you")), escape(texts.say("Late"))
    if not envelope.is_late(now.astimezone(OFFICE_ZONE).date()):
        return f"<strong>{waiting}</strong>"
    return f"<strong>{waiting}</strong> · <strong class=late>{late}</strong>"


def _draw_documents(documents: tuple[Document, ...], texts: Texts) -> str:
    if len(documents) == 1:  # whose name stands above
        return f"<p class=muted>{escape(describe_document(documents[0], texts))}</p>"
    listed = (
        f"<li><bdi>{escape(each.name)}</bdi> · {escape(describe_document(each, texts))}</li>" for each in documents
    )
    return f"<ul class=documents>{''.join(listed)}</ul>"


def _list_buttons(envelope: Envelope, turn: Turn, texts: Texts) -> tuple[Button, ...]:
    log = Button(LOG, texts.say("Transaction log"), envelope.id)
    if turn is Turn.MINE:
        return (Button(VIEW, texts.say("Carry out this task"), envelope.id, Style.PRIMARY), log)
    return (Button(VIEW, texts.say("View"), envelope.id), log)


def _draw_pages(tasks: TaskList, texts: Texts) -> str:
    if tasks.pages == 1:
        return ""
    where = escape(texts.say("Page {page} of {pages}", page=tasks.page + 1, pages=tasks.pages))
    previous, following = escape(texts.say("Previous")), escape(texts.say("Next"))
    before = "" if tasks.page > 0 else " disabled"
    after = "" if tasks.page + 1 < tasks.pages else " disabled"
    return (
        f'<nav class=pages aria-label="{where}">'
        f"<button data-page={tasks.page - 1}{before}>{previous}</button><span>{where}</span>"
        f"<button data-page={tasks.page + 1}{after}>{following}</button></nav>"
    )
