"""What the demo tells its reader: where to look, and what to do first. In Dutch, then in English.

The labels come from the catalogue, so that they are the ones on the screen.
"""

import textwrap
from collections.abc import Mapping

from adapters.demo.office import BAKERY, CORRECTED_RETURN, KAREL, NOOR, OFFICE_NAME, RETURN, SANNE
from adapters.demo.run import Demo
from bot.texts import load_texts

_WIDTH = 100
"""Characters of a line in a terminal, so that nothing is broken at a place of its own choosing."""

_DUTCH = """
De demo draait, helemaal op deze computer. Stop met Ctrl-C; daarna begint alles opnieuw.

Open Slack in uw browser: {slack}

U speelt twee mensen: rechtsboven, bij “Act as”, kiest u wie u bent.

1. U bent {sanne} van {office}, in het kanaal #{channel}. Typ /sign en druk op Enter. Kies de klant “{client}”
en druk op “{link}”.

2. Vink “{document}” aan, kies {karel} als ondertekenaar en druk op “{send}”. Paraaf vraagt één keer wie dat is:
kies {karel} en druk op “{confirm}”.

3. Kies bij “Act as” {karel}, de klant. Druk op de kaart op “{reject}”, typ een reden (zoals: De hypotheekrente
is 6.840 euro) en druk nog eens op “{reject}”.

4. Word weer {sanne}. Klik onder de kaart op “1 reply”: daar staat de reden. Druk er op “{resend}”, vink
“{corrected}” aan, kies {karel} en druk op “{send}”.

5. Word weer {karel}. Druk op de nieuwe kaart op “{approve}”, typ een plaats en druk op “{sign}”.

6. Probeer wat niet mag: als {noor} /sign typen, of op een kaart drukken die voor {karel} is.

Twee dingen kan deze Slack niet tonen; in het venster staan ze in rood: [multi_external_select] (zoeken in het
dossier) en [file_input] (uploaden). Wat alleen voor u is bedoeld, ziet hier iedereen.
"""

_ENGLISH = """
The demo is running, all of it on this computer. Stop it with Ctrl-C; after that it begins anew.

Open Slack in your browser: {slack}

You play two people: “Act as”, at the top right, says who you are. The screens speak Dutch.

1. You are {sanne} of the office {office}, in the channel #{channel}. Type /sign and press Enter. Choose the
client “{client}” and press “{link}” (link).

2. Tick “{document}”, choose {karel} as “{signer}” (signer) and press “{send}” (send). Paraaf asks once who that
is: choose {karel} and press “{confirm}” (confirm and send).

3. Act as {karel}, the client. On the card press “{reject}” (reject), type a reason (such as: De hypotheekrente
is 6.840 euro) and press “{reject}” once more.

4. Act as {sanne} again. Under the card click “1 reply”: there is the reason. Press “{resend}” (send a new
version) there, tick “{corrected}”, choose {karel} and press “{send}”.

5. Act as {karel} again. On the new card press “{approve}” (approve), type a place and press “{sign}” (sign).

6. Try what is not allowed: type /sign as {noor}, or press a button of a card that is for {karel}.

Two things this Slack cannot show; the dialog has them in red: [multi_external_select] (search the dossier) and
[file_input] (upload). What is meant for you alone, everybody sees here.
"""

_NO_CLIENT = """
Paraaf draait, maar zonder Slack: de client daarvoor kon niet worden opgehaald (zie hieronder).
Probeer make demo opnieuw wanneer npm bereikbaar is. Stop met Ctrl-C.

Paraaf is running, but without Slack: the client for it could not be fetched (see below).
Try make demo again when npm can be reached. Stop it with Ctrl-C.

  {paraaf}

{why}"""


def tell_story(demo: Demo) -> str:
    """Where things are and what to type first, for a reader in a terminal."""
    if demo.slack is None:
        return _NO_CLIENT.format(paraaf=demo.paraaf, why=demo.why_not).strip()
    facts = {"slack": demo.slack, **_name_people(), **_name_buttons()}
    return "\n".join([*_lay_out(_DUTCH, facts), "─" * _WIDTH, *_lay_out(_ENGLISH, facts)])


def _name_people() -> dict[str, str]:
    return {
        "sanne": SANNE.name,
        "karel": KAREL.name,
        "noor": NOOR.name,
        "office": OFFICE_NAME,
        "channel": BAKERY.channel.name,
        "client": f"{BAKERY.number} · {BAKERY.name}",
        "document": RETURN,
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
        "sign": dutch.say("Sign"),
    }


def _lay_out(story: str, facts: Mapping[str, str]) -> list[str]:
    """Paragraphs as lines; steps, which begin with a number, are set in and have nothing between them."""
    lines: list[str] = []
    for paragraph in story.strip().split("\n\n"):
        is_step = paragraph[0].isdigit()
        indents = ("  ", "     ") if is_step else ("", "")
        text = paragraph.replace("\n", " ").format(**facts)
        wrapped = textwrap.wrap(
            text, _WIDTH, initial_indent=indents[0], subsequent_indent=indents[1], break_on_hyphens=False
        )
        lines += [*([] if is_step and lines[-1].startswith("  ") else [""]), *wrapped]
    return lines[1:]
