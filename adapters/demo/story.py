"""What the demo tells its reader: where to look, and what to do first. In Dutch, then in English.

The labels come from the catalogue, so that they are the ones on the screen.
"""

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapters.demo.office import ACCOUNTS, BAKERY, CORRECTED_RETURN, KAREL, NOOR, OFFICE_NAME, RETURN, SANNE, STAGE
from adapters.demo.run import Demo
from bot.domain.people import Platform
from bot.texts import load_texts
from bot.views.commands import name_entry

_WIDTH = 100
"""Characters of a line in a terminal, so that nothing is broken at a place of its own choosing."""


@dataclass(frozen=True, slots=True)
class _Story:
    """The demo in one language: what comes first, and then one platform after the other, or why it is missing."""

    opening: str
    slack: str
    no_slack: str
    teams: str
    no_teams: str


_DUTCH = _Story(
    opening="""
De demo draait, helemaal op deze computer. Stop met Ctrl-C; daarna begint alles opnieuw.
""",
    slack="""
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

6. Stuur als {sanne} ook “{accounts}”. Druk als {karel} op “{view}” en dan op “{copy}” (de knop daarboven doet in deze
Slack niets): daar leest u het document, zet u uw handtekening met de muis of een vinger, en ondertekent u of keurt u
af.

7. Druk op een kaart op “{log}”: wie, wat, wanneer en waar, ook als pagina, PDF en CSV. /sign log toont dat van het hele
dossier. Uw taken staan links bij “paraaf”, en /sign taken toont die van het gesprek.

8. Stuur nog een document. Vraag als {karel} met “{pass_on}” of {noor} het ondertekent; sta het als {sanne} toe onder
de kaart.

9. Probeer wat niet mag: als {noor} /sign typen, of op een kaart drukken die voor {karel} is.

Twee dingen kan deze Slack niet tonen; in het venster staan ze in rood: [multi_external_select] (zoeken in het
dossier) en [file_input] (uploaden). Wat alleen voor u is bedoeld, ziet hier iedereen.
""",
    no_slack="""
Slack ontbreekt: de client daarvoor kon niet worden opgehaald (de reden staat onderaan). Probeer make demo opnieuw
wanneer npm bereikbaar is.
""",
    teams="""
Hetzelfde in Teams. Open twee tabbladen voordat u begint, want elk toont alleen wat er gebeurt zolang het openstaat;
kies in beide links “{room}”.

{sanne}: {seat_sanne}

{karel}: {seat_karel}

1. Bij {sanne}: klik bij “Start a new post” op de + (“Trigger Message Extension App”), kies “Action Command”,
typ sign en druk op “Create”. In het echte Teams heet dit “{entry}”. Kies de klant, het document en {karel}, zoals in
Slack; sluit ten slotte het lege venster, wat het echte Teams vanzelf doet.

2. Bij {karel}: druk op de kaart op “{reject}”, typ een reden en druk nog eens op “{reject}”.

3. Bij {sanne}: de reden staat onder de kaart. Druk er op “{resend}” en stuur “{corrected}”.

4. Bij {karel}: druk op de nieuwe kaart op “{approve}”, typ een plaats en druk op “{sign}”.

5. Druk op een kaart op “{log}” of “{pass_on}”. Typ “@Paraaf taken”, “@Paraaf log” of “@Paraaf sign” in een bericht
(typ @Par en kies Paraaf), en probeer als {karel} wat niet mag.

“{view}” doet in dit Teams niets, omdat het geen vensters in een gesprek kent; het echte Teams toont daarin de pagina
die u in Slack ziet. Dit Teams toont iedereen dezelfde kaart, zoekt niet in het dossier, en toont aan iedereen wat
alleen voor u is bedoeld.
""",
    no_teams="""
Teams ontbreekt: de client daarvoor kon niet worden opgehaald (de reden staat onderaan). Probeer make demo opnieuw
wanneer npm bereikbaar is.
""",
)

_ENGLISH = _Story(
    opening="""
The demo is running, all of it on this computer. Stop it with Ctrl-C; after that it begins anew.
""",
    slack="""
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

6. As {sanne} send “{accounts}” too. As {karel} press “{view}” (view), and then “{copy}” (the button above it does
nothing in this Slack): there you read the document, draw your signature with the mouse or a finger, and sign or reject.

7. Press “{log}” (transaction log) on a card: who, what, when and where, also as a page, PDF and CSV. /sign log shows
that of the whole dossier. Your tasks are at the left, at “paraaf”, and /sign taken shows those of the conversation.

8. Send one more document. As {karel} ask with “{pass_on}” (pass on) that {noor} signs it; as {sanne} allow it below
the card.

9. Try what is not allowed: type /sign as {noor}, or press a button of a card that is for {karel}.

Two things this Slack cannot show; the dialog has them in red: [multi_external_select] (search the dossier) and
[file_input] (upload). What is meant for you alone, everybody sees here.
""",
    no_slack="""
There is no Slack: the client for it could not be fetched (the reason is at the end). Try make demo again when npm can
be reached.
""",
    teams="""
The same in Teams. Open two tabs before you begin, since each shows only what happens while it is open; choose
“{room}” at the left in both.

{sanne}: {seat_sanne}

{karel}: {seat_karel}

1. As {sanne}: below “Start a new post” click the + (“Trigger Message Extension App”), choose “Action Command”, type
sign and press “Create”. The real Teams calls it “{entry}”. Choose the client, the document and {karel} as in Slack;
in the end close the empty dialog, which the real Teams does by itself.

2. As {karel}: on the card press “{reject}” (reject), type a reason and press “{reject}” once more.

3. As {sanne}: the reason is below the card. Press “{resend}” (send a new version) there and send “{corrected}”.

4. As {karel}: on the new card press “{approve}” (approve), type a place and press “{sign}” (sign).

5. Press “{log}” (transaction log) or “{pass_on}” (pass on) on a card. Type “@Paraaf taken” (tasks), “@Paraaf log” or
“@Paraaf sign” in a message (type @Par and choose Paraaf), and try as {karel} what is not allowed.

“{view}” (view) does nothing in this Teams, which knows no dialogs in a conversation; the real Teams shows in one the
page that you see in Slack. This Teams shows everybody the same card, does not search the dossier, and shows everybody
what is meant for you alone.
""",
    no_teams="""
There is no Teams: the client for it could not be fetched (the reason is at the end). Try make demo again when npm can
be reached.
""",
)


def tell_story(demo: Demo) -> str:
    """Where things are and what to type first, for a reader in a terminal."""
    facts = {**_name_addresses(demo), **_name_people(), **_name_buttons()}
    lines = [*_tell(demo, _DUTCH, facts), "─" * _WIDTH, *_tell(demo, _ENGLISH, facts)]
    if demo.slack is None and demo.teams is None:
        lines += ["", f"Paraaf: {demo.paraaf}"]
    for platform, why in (("Slack", demo.why_no_slack), ("Teams", demo.why_no_teams)):
        lines += ["", f"{platform}: {why}"] if why else []
    return "\n".join(lines)


def _tell(demo: Demo, story: _Story, facts: Mapping[str, str]) -> Iterator[str]:
    yield from _lay_out(story.opening, facts)
    yield ""
    yield from _lay_out(story.slack if demo.slack else story.no_slack, facts)
    yield ""
    yield from _lay_out(story.teams if demo.teams else story.no_teams, facts)


def _name_addresses(demo: Demo) -> dict[str, str]:
    seats = {"seat_sanne": demo.teams.sanne, "seat_karel": demo.teams.karel} if demo.teams else {}
    return {"slack": demo.slack or "", **seats}


def _name_people() -> dict[str, str]:
    return {
        "sanne": SANNE.name,
        "karel": KAREL.name,
        "noor": NOOR.name,
        "office": OFFICE_NAME,
        "channel": BAKERY.channel.name,
        "room": STAGE.name_in_page(BAKERY.room),
        "client": f"{BAKERY.number} · {BAKERY.name}",
        "document": RETURN,
        "accounts": ACCOUNTS,
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
        "view": dutch.say("View"),
        "copy": dutch.say("The same page, as a link to copy"),
        "pass_on": dutch.say("Pass on"),
        "log": dutch.say("Transaction log"),
        "sign": dutch.say("Sign"),
        "entry": name_entry(Platform.TEAMS),
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
