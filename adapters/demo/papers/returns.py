"""Tax returns of an invented baker. The sums follow the Dutch rates of 2025 in whole euros: an example, no advice."""

from dataclasses import dataclass
from datetime import datetime

from adapters.demo.papers.paper import Paper, Row, euros

_SELF_EMPLOYED = 2_470
_SMALL_BUSINESS = 0.127
_FIRST_BRACKET, _LOW_RATE, _HIGH_RATE = 38_441, 0.3582, 0.3748
_CARE_RATE = 0.0526


@dataclass(frozen=True, slots=True)
class IncomeReturn:
    """What an income tax return of one year states, in whole euros."""

    year: int
    profit: int
    house_value: int
    interest: int
    annuity: int
    credits: int
    paid: int
    correction: str = ""

    @property
    def taxable_profit(self) -> int:
        """The profit after what the self-employed may deduct from it."""
        return round((self.profit - _SELF_EMPLOYED) * (1 - _SMALL_BUSINESS))

    @property
    def house(self) -> int:
        """The own house: a notional income less the mortgage interest."""
        return round(self.house_value * 0.0035) - self.interest

    @property
    def income(self) -> int:
        """Taxable income from work and home."""
        return self.taxable_profit + self.house - self.annuity

    @property
    def tax(self) -> int:
        """Income tax and national insurance on that income, before credits."""
        return round(_FIRST_BRACKET * _LOW_RATE + (self.income - _FIRST_BRACKET) * _HIGH_RATE)

    @property
    def care(self) -> int:
        """The contribution for the care insurance."""
        return round(self.taxable_profit * _CARE_RATE)

    @property
    def due(self) -> int:
        """What is still to be paid; below nothing, what comes back."""
        return self.tax - self.credits + self.care - self.paid


def write_income_return(stated: IncomeReturn, taxpayer: str, written_at: datetime) -> bytes:
    """A return of two pages: the sums, then what they rest on and the statement to agree to."""
    corrected = " (gecorrigeerd)" if stated.correction else ""
    paper = Paper(f"Aangifte inkomstenbelasting {stated.year}{corrected}", written_at)
    paper.heading(f"Aangifte inkomstenbelasting {stated.year}{corrected}")
    paper.facts(
        (
            ("Belastingplichtige", taxpayer),
            ("Onderneming", "Bakkerij Van Dam"),
            ("Tijdvak", f"1 januari {stated.year} tot en met 31 december {stated.year}"),
            ("Status", "Concept ter goedkeuring, nog niet ingediend"),
        )
    )
    if stated.correction:
        paper.paragraph(stated.correction)
    paper.section("Box 1: werk en woning")
    paper.sums(
        ("Omschrijving", "Bedrag"), _box_one(stated), ("Belastbaar inkomen uit werk en woning", euros(stated.income))
    )
    paper.section("Berekening van de belasting")
    result = "Te betalen" if stated.due >= 0 else "Terug te ontvangen"
    paper.sums(("Omschrijving", "Bedrag"), _calculation(stated), (result, euros(abs(stated.due))))
    paper.add_page()
    paper.section("Box 3: sparen en beleggen")
    paper.sums(
        ("Omschrijving", f"1 januari {stated.year}"),
        (("Banktegoeden", euros(31_250)), ("Overige bezittingen", euros(0)), ("Heffingsvrij vermogen", euros(57_684))),
        ("Grondslag sparen en beleggen", euros(0)),
    )
    paper.section("Toelichting")
    paper.paragraph(
        f"De winst volgt uit de jaarrekening {stated.year}. De eigen woning is opgenomen tegen een WOZ-waarde van "
        f"{euros(stated.house_value)}. De betaalde hypotheekrente bedraagt volgens opgave {euros(stated.interest)}."
    )
    paper.paragraph(
        "Controleer vooral uw persoonlijke gegevens, de aftrekposten en het rekeningnummer waarop een teruggaaf komt. "
        "Klopt er iets niet, keur de aangifte dan af en schrijf erbij wat er anders moet."
    )
    paper.section("Akkoord")
    paper.paragraph(
        "Na uw akkoord dienen wij deze aangifte namens u in bij de Belastingdienst. U verklaart dat de aangifte "
        "duidelijk, stellig en zonder voorbehoud is ingevuld."
    )
    return paper.bytes()


def _box_one(stated: IncomeReturn) -> tuple[Row, ...]:
    relief = stated.profit - _SELF_EMPLOYED - stated.taxable_profit
    return (
        ("Winst uit onderneming", euros(stated.profit)),
        ("Zelfstandigenaftrek", euros(-_SELF_EMPLOYED)),
        ("MKB-winstvrijstelling", euros(-relief)),
        ("Eigenwoningforfait", euros(stated.house + stated.interest)),
        ("Betaalde hypotheekrente", euros(-stated.interest)),
        ("Premie lijfrente", euros(-stated.annuity)),
    )


def _calculation(stated: IncomeReturn) -> tuple[Row, ...]:
    return (
        ("Inkomstenbelasting en premie volksverzekeringen", euros(stated.tax)),
        ("Heffingskortingen", euros(-stated.credits)),
        ("Inkomensafhankelijke bijdrage Zvw", euros(stated.care)),
        ("Voorlopige aanslag, al betaald", euros(-stated.paid)),
    )


def write_turnover_return(
    quarter: int, low: int, high: int, input_tax: int, written_at: datetime, company: str = "Bakkerij Van Dam"
) -> bytes:
    """A VAT return of one page for a quarter of 2026; `low` and `high` are the turnover at 9% and at 21%, in euros."""
    year = 2026
    title = f"Aangifte omzetbelasting {quarter}e kwartaal {year}"
    owed = round(low * 0.09) + round(high * 0.21)
    paper = Paper(title, written_at)
    paper.heading(title)
    paper.facts((("Onderneming", company), ("Tijdvak", f"{quarter}e kwartaal {year}")))
    paper.sums(
        ("Rubriek", "Omzet", "Btw"),
        (
            ("1a  Leveringen en diensten, hoog tarief", euros(high), euros(round(high * 0.21))),
            ("1b  Leveringen en diensten, laag tarief", euros(low), euros(round(low * 0.09))),
            ("5a  Verschuldigde omzetbelasting", "", euros(owed)),
            ("5b  Voorbelasting", "", euros(-input_tax)),
        ),
        ("5g  Te betalen", "", euros(owed - input_tax)),
    )
    paper.paragraph("Wij dienen deze aangifte in na uw akkoord. Betaal het bedrag voor het eind van de volgende maand.")
    return paper.bytes()
