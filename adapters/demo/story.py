"""What the demo tells its reader: where to look, and what to do first. In Dutch, then in English.

The labels come from the catalogue, so that they are the ones on the screen.
"""

import shlex
import textwrap
from collections.abc import Iterator, Mapping

from adapters.demo.office import (
    ACCOUNTS,
    AGREEMENT,
    BAKERY,
    BAKERY_ROOM,
    CORRECTED_RETURN,
    DELIVERED,
    INTAKE,
    KAREL,
    MARK,
    NOOR,
    OFFICE_NAME,
    RETURN,
    SANNE,
    STAGE,
    STUDIO,
)
from adapters.demo.run import Demo
from adapters.demo.words import DUTCH, ENGLISH, Story
from bot.domain.people import Platform
from bot.texts import load_texts
from bot.views.commands import name_entry

_WIDTH = 100
"""Characters of a line in a terminal, so that nothing is broken at a place of its own choosing."""


def tell_story(demo: Demo) -> str:
    """Where things are and what to type first, for a reader in a terminal."""
    facts = {**_name_addresses(demo), **_name_people(), **_name_buttons()}
    lines = [*_tell(demo, DUTCH, facts), "─" * _WIDTH, *_tell(demo, ENGLISH, facts)]
    if demo.slack is None and demo.teams is None:
        lines += ["", f"Paraaf: {demo.paraaf}"]
    for platform, why in (("Slack", demo.why_no_slack), ("Teams", demo.why_no_teams)):
        lines += ["", f"{platform}: {why}"] if why else []
    return "\n".join(lines)


def _tell(demo: Demo, story: Story, facts: Mapping[str, str]) -> Iterator[str]:
    yield from _lay_out(story.opening, facts)
    yield ""
    yield from _lay_out(story.slack if demo.slack else story.no_slack, facts)
    yield ""
    yield from _lay_out(story.teams if demo.teams else story.no_teams, facts)
    yield ""
    if demo.slack:
        yield from _lay_out(story.deliveries, facts)
        yield ""
    yield from _lay_out(story.evidence, facts)


def _name_addresses(demo: Demo) -> dict[str, str]:
    seats = {"seat_sanne": demo.teams.sanne, "seat_karel": demo.teams.karel} if demo.teams else {}
    places = {"kept": shlex.quote(str(demo.office)), "evidence": str(demo.office / "evidence")}
    places |= {"delivered": shlex.quote(str(demo.office / DELIVERED)), "inbox": shlex.quote(str(demo.inbox))}
    return {"paraaf": demo.paraaf, "slack": demo.slack or "", **places, **seats}


def _name_people() -> dict[str, str]:
    return {
        "sanne": SANNE.name,
        "karel": KAREL.name,
        "noor": NOOR.name,
        "mark": MARK.name,
        "iris": STUDIO.contacts[0].user.name,
        "studio": STUDIO.channel.name,
        "intake": INTAKE.name,
        "unknown": DELIVERED.replace(STUDIO.number, "9999"),
        "office": OFFICE_NAME,
        "channel": BAKERY.channel.name,
        "room": STAGE.name_in_page(BAKERY_ROOM),
        "client": f"{BAKERY.number} · {BAKERY.name}",
        "document": RETURN,
        "accounts": ACCOUNTS,
        "agreement": AGREEMENT,
        "corrected": CORRECTED_RETURN,
    }


def _name_buttons() -> dict[str, str]:
    dutch = load_texts("nl")
    return {
        "signer": dutch.say("Signer"),
        "link": dutch.say("Link"),
        "send": dutch.say("Send"),
        "confirm": dutch.say("Confirm and send"),
        "reject": dutch.say("Reject"),
        "resend": dutch.say("Send a new version"),
        "approve": dutch.say("Approve"),
        "choose": dutch.say("Choose"),
        "certified": dutch.say("Signing with a certificate"),
        "view": dutch.say("View"),
        "copy": dutch.say("The same page, as a link to copy"),
        "pass_on": dutch.say("Pass on"),
        "log": dutch.say("Transaction log"),
        "proof": dutch.say("Download the proof"),
        "sign": dutch.say("Sign"),
        "entry": name_entry(Platform.TEAMS),
    }


def _lay_out(story: str, facts: Mapping[str, str]) -> list[str]:
    """Paragraphs as lines; steps, which begin with a number, are set in and have nothing between them.

    Commands, which begin with $, are left as they are, to be copied.
    """
    lines: list[str] = []
    for paragraph in story.strip().split("\n\n"):
        if paragraph.startswith("$ "):
            lines += ["", *(f"  {each.format(**facts)}" for each in paragraph.splitlines())]
            continue
        is_step = paragraph[0].isdigit()
        indents = ("  ", "     ") if is_step else ("", "")
        text = paragraph.replace("\n", " ").format(**facts)
        wrapped = textwrap.wrap(
            text, _WIDTH, initial_indent=indents[0], subsequent_indent=indents[1], break_on_hyphens=False
        )
        lines += [*([] if is_step and lines[-1].startswith("  ") else [""]), *wrapped]
    return lines[1:]
