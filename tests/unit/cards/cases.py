"""Cards and forms that stand for what Paraaf shows, and for the worst that people can make of it."""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

from cards.model import (
    Actions,
    Anchor,
    Button,
    Card,
    Choice,
    Confirm,
    DateInput,
    Divider,
    Fact,
    Facts,
    FileInput,
    Form,
    FormErrors,
    Image,
    Link,
    Look,
    Mention,
    Option,
    Personal,
    Plain,
    Search,
    Span,
    Strong,
    Style,
    Text,
    TextInput,
    Toggle,
)
from cards.text import isolate, shorten

SLACK_USER = "U07CLIENT1"
TEAMS_USER = "29:1bQyH7vJ3mW9aX2cL5kN8pR4sT6uV0wY"

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
STRANGE_NAMES = (
    f"{FAMILY} De Vries",
    "שלום בית מסמך.pdf",
    "إقرار ضريبي 2025.pdf",
    "rekening_\u202efdp.exe",
    "*vet* _schuin_ ~weg~ `code` ```blok```",
    "<!channel> <@U12345678> <#C123|x> &lt;b&gt; & co",
    "[klik](javascript:alert(1)) ![x](https://example.org/x.png)",
    ":tada: {{DATE(2026-01-01T00:00:00Z)}} <script>alert(1)</script>",
    "e\u0301e\u0301n\nregel\u2028meer\x00",
    "",
    "\u200b\u200d",
    "\ud83d half",
)
MARKUP = "&<>*"


def _buttons() -> Actions:
    return Actions(
        (
            Button("view", "Bekijken", "e1"),
            Button("approve", "Goedkeuren", "e1", Style.PRIMARY),
            Button("reject", "Afkeuren", "e1", Style.DANGER),
        )
    )


def _documents(names: tuple[str, ...]) -> Text:
    spans: list[Span] = []
    for name in names:
        spans += [Plain("\n")] if spans else []
        spans += [Plain("📄 "), Strong(name), Plain(" · 3 pagina's · 82 kB")]
    return Text(tuple(spans))


OPEN = Card(
    title="Te ondertekenen: Aangifte IB 2025.pdf",
    elements=(
        Text((Strong("Wacht op"), Plain(" "), Mention(SLACK_USER, "Sanne de Wit"))),
        Text((Plain("Graag vóór vrijdag.\nGroet & dank!"),), quote=True),
        _documents(("Aangifte IB 2025.pdf",)),
        Facts(
            (
                Fact("Van", (Plain("Joris Bakker"),)),
                Fact("Ondertekenaar", (Mention(SLACK_USER, "Sanne de Wit"),)),
                Fact("Uiterlijk", (Plain("vr 27 november 2026"),)),
            )
        ),
        Divider(),
        _buttons(),
        Actions(
            (
                Button(
                    "withdraw",
                    "Intrekken",
                    "e1",
                    confirm=Confirm(
                        "Verzoek intrekken?", "Niemand kan het dan nog tekenen.", "Intrekken", "Laten staan"
                    ),
                ),
                Link("Dossier", "https://paraaf.example/dossier?client=1042&from=card"),
            ),
            id="staff",
        ),
    ),
    summary="Te ondertekenen: Aangifte IB 2025.pdf · Wacht op Sanne de Wit",
)
TEAMS_MENTION = Card(
    title="",
    elements=(
        Text(
            (Mention(TEAMS_USER, "Joris *Bakker*"), Plain(" — "), Strong("Sanne [x](https://example.org) keurde af."))
        ),
        Text((Plain("Bedrag op blad 2_3 klopt niet"),), quote=True),
        Facts((Fact("Aan", (Mention(TEAMS_USER, "Joris *Bakker*"),)),)),
        Text((Plain("Vervangen door "), Anchor("de nieuwe versie", "https://example.org/a(b)?c=<d>")), muted=True),
    ),
    summary="Joris Bakker — Sanne keurde af.",
)
TEN_DOCUMENTS = Card(
    title=shorten("Zeer lange naam " * 20 + ".pdf", 150),
    elements=(_documents(tuple(f"{number} ".ljust(251, "n") + ".pdf" for number in range(10))), _buttons()),
    summary="10 documenten",
)
LONG_TEXTS = Card(
    title="Lange teksten",
    elements=(
        Text((Plain(MARKUP * 500),), quote=True),
        Text((Plain(MARKUP * 1000),)),
        Facts((Fact("Reden", (Plain(("woord & " * 320).strip()),)), Fact("Kort", (Plain("ja"),)))),
    ),
    summary="Lange teksten",
)
LONG_MIXED = Card(
    title="Lang met opmaak",
    elements=(Text((Strong("Reden: "), Plain(("*a* & <b>\n" * 150).strip()), Mention(SLACK_USER, "Sanne"))),),
    summary="Lang met opmaak",
)
SIXTY = Card(
    title="Zestig deelnemers",
    elements=(
        Text(tuple(span for number in range(60) for span in (Mention(f"U0{number:08}", f"P{number}"), Plain(", ")))),
        Facts(tuple(Fact(f"Deelnemer {number}", (Plain("Wacht"),)) for number in range(60))),
    ),
    summary="Zestig deelnemers",
)
STRANGE = Card(
    title=shorten(STRANGE_NAMES[5], 150),
    elements=(
        *(Text((Plain(name),)) for name in STRANGE_NAMES),
        *(Text((Plain(name),), quote=True) for name in STRANGE_NAMES),
        _documents(STRANGE_NAMES),
        Facts(tuple(Fact("Naam", (Plain(name),)) for name in STRANGE_NAMES)),
        Text((Plain("Wacht op "), Mention("U1>|<!channel>", STRANGE_NAMES[5]))),
        Text((Anchor(STRANGE_NAMES[6], "https://example.org/?a=1&b=<c>|d"),)),
        Image("https://example.org/kaart.png", STRANGE_NAMES[7]),
        Actions((Button("strange", shorten(STRANGE_NAMES[4], 75), STRANGE_NAMES[5]),)),
    ),
    summary=STRANGE_NAMES[5],
)
SUMMARY_ONLY = Card(title="", elements=(), summary="Je hebt al geantwoord: *goedgekeurd*.")

CARDS = MappingProxyType(
    {
        "open": OPEN,
        "teams_mention": TEAMS_MENTION,
        "ten_documents": TEN_DOCUMENTS,
        "long_texts": LONG_TEXTS,
        "long_mixed": LONG_MIXED,
        "sixty": SIXTY,
        "strange": STRANGE,
        "summary_only": SUMMARY_ONLY,
    }
)

SEND = Form(
    id="send",
    title="Laten ondertekenen",
    body=(
        Text((Plain("Dossier 1042 · Bakkerij Jansen & Zn"),), muted=True),
        Choice(
            "documents",
            "Documenten",
            tuple(Option(f"d{number}", f"Jaarrekening {2016 + number}.pdf", "3 pagina's") for number in range(10)),
            selected=(Option("d9", "Jaarrekening 2025.pdf"),),
            most=10,
            look=Look.LIST,
            required=False,
        ),
        Choice("more", "Meer documenten", Search("documents"), most=10, required=False, hint="Zoek in het dossier."),
        FileInput("upload", "Of upload", most=10),
        Divider(),
        Choice("signer", "Ondertekenaar", (Option("c1", "Sanne de Wit"), Option("c2", "Piet"))),
        Choice("way", "Manier", (Option("approval", "Akkoord"),), (Option("approval", "Akkoord"),), look=Look.LIST),
        TextInput("message", "Bericht", longest=2_000, multiline=True, required=False),
        DateInput("due", "Uiterlijk", date(2026, 11, 27), required=False),
        Toggle("remind", "Herinneringen", "Personen automatisch herinneren", value=True),
    ),
    close="Sluiten",
    submit="Versturen",
    context='{"channel":"C1"}',
)
SEND_WITH_PAGE = replace(
    SEND,
    body=tuple(
        replace(part, page="https://paraaf.example/uploads/Zm9vYmFy") if isinstance(part, FileInput) else part
        for part in SEND.body
    ),
)
REJECT = Form(
    id="reject",
    title="Afkeuren",
    body=(TextInput("reason", "Reden", longest=2_000, multiline=True, hint="Joris leest dit in het gesprek."),),
    close="Sluiten",
    submit="Afkeuren",
    context="e1",
)
APPROVE = Form(
    id="approve",
    title="Goedkeuren",
    body=(
        Text((Strong("Ik ga akkoord met de onderstaande documenten"),)),
        _documents(("Aangifte IB 2025.pdf", "Bijlage_1.xlsx")),
        TextInput("place", "Plaats", longest=100, value="Utrecht"),
        Choice("person", "Contact", Search("contacts"), selected=(Option("c1", "Sanne"),)),
    ),
    close="Sluiten",
    submit="Goedkeuren",
    context="e1",
)
HELP = Form(id="help", title="Hulp", body=(Text((Plain("/sign vraagt een akkoord."),)),), close="Sluiten")
MANY_OPTIONS = Form(
    id="many",
    title="Veel te kiezen",
    body=(
        Choice(
            "participants",
            "Deelnemers",
            tuple(Option(f"p{number}", shorten(f"{number} {FAMILY * 30} naam.pdf", 75)) for number in range(100)),
            most=60,
        ),
        Choice(
            "strange",
            "Namen",
            tuple(Option(f"n{number}", shorten(isolate(name), 75)) for number, name in enumerate(STRANGE_NAMES[:10])),
            most=10,
            look=Look.LIST,
        ),
        TextInput("text", shorten(STRANGE_NAMES[5], 75), longest=3_000, value=MARKUP * 750, hint=STRANGE_NAMES[6]),
    ),
    close="Sluiten",
    submit="Verder",
    context="x" * 3_000,
)

FORMS = MappingProxyType(
    {"send": SEND, "reject": REJECT, "approve": APPROVE, "help": HELP, "many_options": MANY_OPTIONS}
)
ERRORS = FormErrors(MappingProxyType({"reason": "Minstens 3 zichtbare tekens."}))
PERSONAL = replace(OPEN, personal=Personal("show", "e1", (TEAMS_USER,)))
VIEWERS = (TEAMS_USER, *(f"29:1bQyH7vJ3mW9aX2cL5kN8pR4sT6uV{number:03}" for number in range(59)))
BACK = Button("show", "Terug", "e1")
TYPED = MappingProxyType({"reason": "x\u200b"})
