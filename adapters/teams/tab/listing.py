"""A list of tasks as HTML."""

from datetime import datetime
from html import escape
from typing import assert_never

from adapters.teams.tab.drawing import draw_button, draw_spans
from bot.domain.envelope import Document, Envelope
from bot.domain.tasks import REACH, TaskList, Turn
from bot.texts import OFFICE_ZONE, Texts
from bot.views.envelope_card import VIEW, describe_document, describe_documents, show_status
from cards.model import Button, Style

LOG = "log"
"""Asks for the transaction log of an envelope."""


def draw_tasks(tasks: TaskList, texts: Texts, now: datetime) -> str:
    """The three lists to choose from, and the tasks of the one that was chosen."""
    listed = "".join(_draw_task(each, tasks.turn, texts, now) for each in tasks.envelopes)
    if not listed:
        return f"{_draw_turns(tasks, texts)}<p class=empty>{escape(_say_nothing(tasks.turn, texts))}</p>"
    name = escape(name_turn(tasks.turn, texts))
    return f'{_draw_turns(tasks, texts)}<ul class=tasks aria-label="{name}">{listed}</ul>{_draw_pages(tasks, texts)}'


def name_turn(turn: Turn, texts: Texts) -> str:
    """The name of a list."""
    match turn:
        case Turn.MINE:
            return texts.say("To do")
        case Turn.OTHERS:
            return texts.say("Waiting for others")
        case Turn.DONE:
            return texts.say("Finished")
        case _:
            assert_never(turn)


def _say_nothing(turn: Turn, texts: Texts) -> str:
    match turn:
        case Turn.MINE:
            return texts.say("Nothing waits for you.")
        case Turn.OTHERS:
            return texts.say("Nothing waits for others.")
        case Turn.DONE:
            return texts.say("Nothing is finished yet.")
        case _:
            assert_never(turn)


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


def _draw_task(envelope: Envelope, turn: Turn, texts: Texts, now: datetime) -> str:
    facts = [(texts.say("From"), escape(envelope.sender.name))]
    if envelope.due:
        facts.append((texts.say("Due"), escape(texts.day(envelope.due))))
    drawn = "".join(f"<dt>{escape(label)}</dt><dd><bdi>{value}</bdi></dd>" for label, value in facts)
    title = escape(describe_documents(envelope.documents, texts))
    buttons = "".join(draw_button(each) for each in _list_buttons(envelope, turn, texts))
    return (
        f"<li><h2><bdi>{title}</bdi></h2><p class=state>{_draw_state(envelope, turn, texts, now)}</p>"
        f"<ul class=documents>{''.join(_draw_document(each, texts) for each in envelope.documents)}</ul>"
        f"<dl>{drawn}</dl><p class=actions>{buttons}</p></li>"
    )


def _draw_state(envelope: Envelope, turn: Turn, texts: Texts, now: datetime) -> str:
    if turn is not Turn.MINE:
        return draw_spans(show_status(envelope, texts, now))
    waiting, late = escape(texts.say("Waiting for you")), escape(texts.say("Late"))
    if not envelope.is_late(now.astimezone(OFFICE_ZONE).date()):
        return f"<strong>{waiting}</strong>"
    return f"<strong>{waiting}</strong> · <strong class=late>{late}</strong>"


def _draw_document(document: Document, texts: Texts) -> str:
    return f"<li><bdi>{escape(document.name)}</bdi> · {escape(describe_document(document, texts))}</li>"


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
