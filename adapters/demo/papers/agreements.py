"""What the invented office and its clients agree on, and the letters between them."""

from datetime import datetime

from adapters.demo.office import OFFICE_NAME
from adapters.demo.papers.paper import Paper

_TERMS = (
    ("Toepasselijkheid", "Deze voorwaarden gelden voor alle opdrachten aan {office}, ook voor vervolgopdrachten."),
    (
        "Gegevens",
        "De opdrachtgever levert alle gegevens die voor de opdracht nodig zijn volledig, juist en op tijd aan.",
    ),
    (
        "Uitvoering",
        "{office} voert de opdracht uit als goed vakman; zij staat niet in voor een bepaald resultaat.",
    ),
    (
        "Geheimhouding",
        "{office} houdt geheim wat zij over de opdrachtgever te weten komt, tenzij de wet tot mededeling verplicht.",
    ),
    (
        "Honorarium",
        "Het honorarium hangt niet af van de uitkomst. Tarieven gelden per uur en worden jaarlijks in januari herzien.",
    ),
    ("Betaling", "Facturen worden binnen veertien dagen betaald. Daarna is wettelijke rente verschuldigd."),
    ("Reclame", "Een klacht over het werk wordt binnen zestig dagen na ontvangst van het stuk schriftelijk gemeld."),
    (
        "Aansprakelijkheid",
        "De aansprakelijkheid is beperkt tot het bedrag dat de verzekeraar in het betreffende geval uitkeert.",
    ),
    ("Opzegging", "Beide partijen kunnen op elk moment schriftelijk opzeggen met een termijn van één maand."),
    (
        "Elektronisch verkeer",
        "Partijen mogen elkaar langs elektronische weg berichten en stukken laten goedkeuren en ondertekenen.",
    ),
    ("Dossier", "{office} bewaart het dossier zeven jaar. Eigen stukken krijgt de opdrachtgever op verzoek terug."),
    ("Recht", "Op de overeenkomst is Nederlands recht van toepassing. Geschillen gaan naar de rechter in Utrecht."),
)


def write_engagement(client: str, signer: str, year: int, fee: str, written_at: datetime) -> bytes:
    """The confirmation of an assignment for a year, two pages."""
    paper = Paper(f"Opdrachtbevestiging {year}", written_at)
    paper.heading(f"Opdrachtbevestiging {year}")
    paper.facts((("Opdrachtgever", client), ("Vertegenwoordigd door", signer), ("Opdrachtnemer", OFFICE_NAME)))
    paper.paragraph(f"Geachte {signer},")
    paper.paragraph(f"Wij danken u voor uw vertrouwen en bevestigen hierbij het werk dat wij in {year} voor u doen.")
    for name, text in (
        (
            "Werkzaamheden",
            "Samenstellen van de jaarrekening; aangiften inkomsten- en omzetbelasting; de salarisadministratie.",
        ),
        (
            "Wat wij van u vragen",
            "Bankafschriften en facturen voor de tiende van elke maand; wijzigingen in personeel meteen.",
        ),
        ("Honorarium", f"Voor dit werk rekenen wij {fee} per jaar, exclusief btw, in twaalf gelijke termijnen."),
        (
            "Looptijd",
            f"Deze opdracht loopt van 1 januari tot en met 31 december {year} en wordt daarna opnieuw besproken.",
        ),
    ):
        paper.section(name)
        paper.paragraph(text)
    paper.add_page()
    paper.section("Voorwaarden")
    paper.paragraph("Onze algemene voorwaarden zijn van toepassing. U ontvangt ze als afzonderlijk document.")
    paper.section("Ondertekening")
    paper.paragraph("Met uw akkoord komt deze overeenkomst tot stand.")
    paper.signature(OFFICE_NAME, signer)
    return paper.bytes()


def write_terms(written_at: datetime) -> bytes:
    """The office's general terms."""
    paper = Paper("Algemene voorwaarden", written_at)
    paper.heading("Algemene voorwaarden")
    for number, (name, text) in enumerate(_TERMS, 1):
        paper.section(f"Artikel {number}  {name}")
        paper.paragraph(text.format(office=OFFICE_NAME))
    return paper.bytes()


def write_letter(title: str, client: str, paragraphs: tuple[str, ...], written_at: datetime) -> bytes:
    """A letter or short agreement of one page."""
    paper = Paper(title, written_at)
    paper.heading(title)
    paper.facts((("Aan", client), ("Van", OFFICE_NAME)))
    for text in paragraphs:
        paper.paragraph(text)
    paper.signature(client)
    return paper.bytes()
