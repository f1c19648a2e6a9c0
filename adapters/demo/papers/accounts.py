"""Annual accounts of the invented bakery."""

from datetime import datetime

from adapters.demo.office import OFFICE_NAME
from adapters.demo.papers.paper import Paper, Row, euros

_Figures = tuple[tuple[str, int, int], ...]

_ASSETS: _Figures = (
    ("Bedrijfspand", 212_000, 218_500),
    ("Ovens en inventaris", 64_300, 51_900),
    ("Bestelauto", 18_400, 24_100),
    ("Voorraad grondstoffen", 9_150, 8_320),
    ("Vorderingen op afnemers", 13_870, 12_640),
    ("Liquide middelen", 41_280, 36_540),
)
_DEBTS: _Figures = (
    ("Ondernemingsvermogen", 187_410, 171_900),
    ("Hypothecaire lening", 134_000, 142_000),
    ("Lening ovens", 14_500, 12_000),
    ("Crediteuren", 11_640, 14_280),
    ("Belastingen en premies", 8_210, 7_930),
    ("Overige schulden", 3_240, 3_890),
)
_COSTS: _Figures = (
    ("Personeelskosten", 118_600, 111_250),
    ("Afschrijvingen", 19_700, 18_900),
    ("Huisvesting", 14_350, 13_880),
    ("Energie", 22_140, 24_760),
    ("Vervoer", 6_480, 6_120),
    ("Verkoopkosten", 4_210, 3_960),
    ("Kantoor en administratie", 7_340, 7_010),
    ("Rente", 5_090, 5_380),
)
_SALES, _MATERIALS = (384_590, 361_200), (125_200, 119_340)


def write_annual_accounts(year: int, written_at: datetime) -> bytes:
    """Annual accounts of twelve pages, with the figures of `year` and of the year before."""
    paper = Paper(f"Jaarrekening {year}", written_at)
    _write_cover(paper, year)
    chapters = (
        ("1  Opdracht", _write_assignment),
        ("2  Resultaat", _write_result),
        ("3  Balans per 31 december", _write_balance),
        ("4  Winst-en-verliesrekening", _write_profit),
        ("5  Kasstroomoverzicht", _write_cash),
        ("6  Grondslagen van waardering", _write_principles),
        ("7  Toelichting op de vaste activa", _write_fixed_assets),
        ("8  Toelichting op de vlottende activa", _write_current_assets),
        ("9  Toelichting op de schulden", _write_debts),
        ("10  Toelichting op de kosten", _write_costs),
        ("11  Fiscale positie en ondertekening", _write_tax),
    )
    for title, write in chapters:
        paper.add_page()
        paper.heading(title)
        write(paper, year)
    return paper.bytes()


def _write_cover(paper: Paper, year: int) -> None:
    paper.ln(70)
    paper.heading(f"Jaarrekening {year}")
    paper.facts((("Onderneming", "Bakkerij Van Dam"), ("Eigenaar", "K. van Dam"), ("Vestigingsplaats", "Utrecht")))


def _write_assignment(paper: Paper, year: int) -> None:
    paper.paragraph(
        f"Hierbij ontvangt u de jaarrekening over {year} van Bakkerij Van Dam. {OFFICE_NAME} heeft deze samengesteld "
        "uit de gegevens die u ons gaf. Daarbij hebben wij geen zekerheid verkregen over de juistheid daarvan."
    )
    paper.paragraph(
        "U bent zelf verantwoordelijk voor de gegevens waarop deze jaarrekening rust. Wij zijn aan onze beroepsregels "
        "gehouden, waaronder vakbekwaamheid, zorgvuldigheid en geheimhouding."
    )


def _write_result(paper: Paper, year: int) -> None:
    paper.paragraph(
        f"Het resultaat over {year} komt uit op {euros(_result(0))}, tegen {euros(_result(1))} in {year - 1}."
    )
    paper.sums(
        _years("Omschrijving", year),
        (("Omzet", *_pair(_SALES)), ("Brutomarge", *_pair((_SALES[0] - _MATERIALS[0], _SALES[1] - _MATERIALS[1])))),
        ("Resultaat", euros(_result(0)), euros(_result(1))),
    )


def _write_balance(paper: Paper, year: int) -> None:
    paper.section("Activa")
    _write_figures(paper, year, _ASSETS)
    paper.section("Passiva")
    _write_figures(paper, year, _DEBTS)


def _write_profit(paper: Paper, year: int) -> None:
    gross = (_SALES[0] - _MATERIALS[0], _SALES[1] - _MATERIALS[1])
    above: tuple[Row, ...] = (
        ("Netto-omzet", *_pair(_SALES)),
        ("Inkoopwaarde van de omzet", *_pair((-_MATERIALS[0], -_MATERIALS[1]))),
        ("Brutomarge", *_pair(gross)),
    )
    costs = tuple((name, euros(-now), euros(-before)) for name, now, before in _COSTS)
    paper.sums(_years("Omschrijving", year), (*above, *costs), ("Resultaat", euros(_result(0)), euros(_result(1))))


def _write_cash(paper: Paper, year: int) -> None:
    rows = (
        ("Resultaat en afschrijvingen", _result(0) + 19_700),
        ("Mutatie werkkapitaal", -5_070),
        ("Investeringen", -19_900),
        ("Aflossingen en nieuwe leningen", -5_500),
    )
    change = _ASSETS[-1][1] - _ASSETS[-1][2]
    drawn = change - sum(amount for _, amount in rows)
    paper.sums(
        ("Omschrijving", str(year)),
        tuple((name, euros(amount)) for name, amount in (*rows, ("Privéopnamen", drawn))),
        ("Mutatie liquide middelen", euros(change)),
    )


def _write_principles(paper: Paper, year: int) -> None:
    for name, text in (
        (
            "Algemeen",
            f"De jaarrekening {year} is opgesteld op basis van historische kosten en volgens fiscale grondslagen.",
        ),
        (
            "Vaste activa",
            "Gewaardeerd tegen aanschafwaarde, verminderd met lineaire afschrijvingen over de verwachte levensduur.",
        ),
        ("Voorraden", "Gewaardeerd tegen de laatst bekende inkoopprijs of lagere opbrengstwaarde."),
        ("Vorderingen", "Opgenomen tegen nominale waarde, onder aftrek van wat naar verwachting niet wordt betaald."),
        ("Resultaat", "Opbrengsten en kosten horen bij het jaar waarop zij betrekking hebben."),
    ):
        paper.section(name)
        paper.paragraph(text)


def _write_fixed_assets(paper: Paper, year: int) -> None:
    _write_figures(paper, year, _ASSETS[:3])
    paper.paragraph(
        "In het boekjaar is een etageoven gekocht. Het pand wordt in dertig jaar afgeschreven, de inventaris in tien."
    )


def _write_current_assets(paper: Paper, year: int) -> None:
    _write_figures(paper, year, _ASSETS[3:])
    paper.paragraph(
        "De voorraad is op de laatste dag van het jaar door u zelf geteld. Alle vorderingen zijn in januari betaald."
    )


def _write_debts(paper: Paper, year: int) -> None:
    _write_figures(paper, year, _DEBTS[1:])
    paper.paragraph("Op de hypothecaire lening wordt per jaar € 8.000 afgelost. Zij is gedekt door het bedrijfspand.")


def _write_costs(paper: Paper, year: int) -> None:
    _write_figures(paper, year, _COSTS)
    paper.paragraph(
        "De energiekosten daalden door de nieuwe oven. Het personeel groeide van 3,1 naar 3,3 voltijdbanen."
    )


def _write_tax(paper: Paper, year: int) -> None:
    paper.paragraph(
        f"De winst is verwerkt in de aangifte inkomstenbelasting {year}, die u apart ter goedkeuring krijgt."
    )
    paper.section("Ondertekening")
    paper.paragraph("De ondernemer verklaart dat alle hem bekende gegevens in deze jaarrekening zijn verwerkt.")


def _write_figures(paper: Paper, year: int, figures: _Figures) -> None:
    rows = tuple((name, euros(now), euros(before)) for name, now, before in figures)
    total = ("Totaal", euros(sum(now for _, now, _ in figures)), euros(sum(before for _, _, before in figures)))
    paper.sums(_years("Omschrijving", year), rows, total)


def _years(first: str, year: int) -> Row:
    return (first, str(year), str(year - 1))


def _pair(amounts: tuple[int, int]) -> Row:
    return (euros(amounts[0]), euros(amounts[1]))


def _result(column: int) -> int:
    costs = sum((now, before)[column] for _, now, before in _COSTS)
    return _SALES[column] - _MATERIALS[column] - costs
