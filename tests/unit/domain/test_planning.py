"""What becomes of a delivery: the one way in which it is sent, and every reason for which staff are asked."""

# ruff: noqa: ANN401 - any fact can be replaced, whatever its type

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.certified import Way
from bot.domain.delivery import Choices, Doubt, Kind
from bot.domain.dossier import ItemId
from bot.domain.envelope import Party, Signer
from bot.domain.outline import Facts, Words, outline
from bot.domain.people import Cadence, ClientId, Contact, ContactId, Platform, Role, Standing
from bot.domain.places import Place
from bot.domain.planning import Doubts, Plan, Presence, plan
from bot.domain.signature import Drawing
from bot.domain.workflow import Match
from bot.texts import load_texts
from tests import builders as a

STAFF, SIGNER = a.a_staff_account(), a.an_account()
SANNE = a.a_person("Sanne (De Linde)", account=STAFF, standing=Standing.MEMBER, email="Sanne@vandijk.example")
KARIM = a.a_person()
THERE = Presence((SANNE, KARIM), frozenset({STAFF}))
NOOR = Contact(ContactId("contact-2"), a.CLIENT, "Noor Haddad")


def facts(**changes: Any) -> Facts:
    known = Facts(
        office=a.an_office(),
        delivery=a.a_delivery(),
        source="Fiscaal Gemak",
        today=date(2026, 3, 2),
        words=Words("2025", "aangifte inkomstenbelasting", load_texts("nl").day),
        templates=(a.a_template(),),
        client=a.a_client(),
        conversations=(a.a_conversation(),),
        contacts=(a.a_contact(), NOOR),
        confirmed={SIGNER: a.a_contact()},
        roles={Role.TAX: a.a_staff_member()},
    )
    return replace(known, **changes)


def doubts(known: Facts, presence: Presence | None = THERE) -> list[Doubt]:
    found = plan(known, presence)
    assert isinstance(found, Doubts)
    return list(found.doubts)


def planned(known: Facts, presence: Presence = THERE) -> Plan:
    found = plan(known, presence)
    assert isinstance(found, Plan), found.doubts
    return found


def chosen(**choices: Any) -> Any:
    return a.a_delivery(choices=Choices(**choices))


def test_a_delivery_becomes_a_request() -> None:
    found = planned(facts())
    assert (found.client, found.place, found.template) == (a.a_client(), a.a_place(), a.a_template())
    assert found.sender == Party(STAFF, "Sanne (De Linde)")
    assert found.signers == (Signer(SIGNER, "Karim Haddad", a.CONTACT),)
    assert (found.folder, found.title) == ("Aangiften/2025", "Aangifte inkomstenbelasting 2025")
    assert found.due == date(2026, 3, 16)
    assert found.message == (
        "Beste relatie, hierbij Aangifte inkomstenbelasting 2025 voor Haddad Bouw B.V.. "
        "Graag akkoord voor 16 maart 2026. Sanne (De Linde)"
    )
    assert (found.way, found.drawing, found.remind, found.cadence) == (Way.APPROVAL, Drawing.OFFERED, True, None)


@pytest.mark.parametrize(
    ("days", "due"),
    [(14, date(2026, 3, 16)), (0, date(2026, 3, 2)), (5, date(2026, 3, 9)), (33, date(2026, 4, 7)), (None, None)],
)
def test_a_due_date_is_a_working_day(days: int | None, due: date | None) -> None:
    """The fifth day is a Saturday, the thirty-third the Saturday before Easter."""
    assert planned(facts(templates=(a.a_template(days_until_due=days),))).due == due


@pytest.mark.parametrize(
    ("valid", "days", "last"),
    [
        (30, 14, date(2026, 4, 1)),
        (None, 14, None),
        (1, None, date(2026, 3, 3)),
        (5, 5, date(2026, 3, 9)),  # as long as the due date, which a weekend puts off
    ],
)
def test_what_expires_does_so_no_earlier_than_it_is_due(valid: int | None, days: int | None, last: date | None) -> None:
    template = a.a_template(days_until_due=days, days_until_expiry=valid, message="")
    assert planned(facts(templates=(template,))).expires == last


def test_a_template_decides_how() -> None:
    cadence = Cadence(1, 2, 3, 4)
    template = a.a_template(cadence=cadence, reminders=False, drawing=Drawing.OFF)
    found = planned(facts(templates=(template,)))
    assert (found.cadence, found.remind, found.drawing) == (cadence, False, Drawing.OFF)
    certified = a.a_template(way=Way.CERTIFIED)
    assert planned(facts(templates=(certified,))).drawing is Drawing.REQUIRED


OTHER = a.a_template(name="Andere")
UNFIT = a.a_template(match=Match(frozenset({Kind.VAT})))
ELSEWHERE = a.a_conversation(place=a.a_place("C0OTHER"))
ITEM = a.an_item("terms", client=ClientId("own"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"templates": ()}, [Doubt.NO_TEMPLATE]),
        ({"templates": (UNFIT,)}, [Doubt.NO_TEMPLATE]),
        ({"templates": (a.a_template(), OTHER)}, [Doubt.SEVERAL_TEMPLATES]),
        ({"client": None}, [Doubt.UNKNOWN_CLIENT]),
        ({"client": None, "templates": (UNFIT,)}, [Doubt.NO_TEMPLATE, Doubt.UNKNOWN_CLIENT]),
        ({"conversations": ()}, [Doubt.NO_CONVERSATION]),
        ({"conversations": (a.a_conversation(), ELSEWHERE)}, [Doubt.SEVERAL_CONVERSATIONS]),
        ({"contacts": (NOOR,)}, [Doubt.NO_PREFERRED_CONTACT]),
        ({"confirmed": {}}, [Doubt.CONTACT_NOT_THERE]),
        ({"confirmed": {SIGNER: NOOR}}, [Doubt.CONTACT_NOT_THERE]),
        ({"roles": {}}, [Doubt.NO_SENDER]),
        ({"roles": {Role.PAYROLL: a.a_staff_member()}}, [Doubt.NO_SENDER]),
        ({"delivery": a.a_delivery(doubts=(Doubt.DISAGREES,))}, [Doubt.DISAGREES]),
        ({"delivery": a.a_delivery(doubts=(Doubt.NO_TEMPLATE,), kind=Kind.AUDIT_OPINION)}, [Doubt.QUALIFIED_ONLY]),
        ({"templates": (a.a_template(way=Way.CERTIFIED),), "can_be_sealed": False}, [Doubt.CANNOT_BE_SEALED]),
        ({"templates": (a.a_template(standard_items=(ItemId("terms"),)),)}, [Doubt.NO_STANDARD_DOCUMENT]),
    ],
)
def test_what_is_doubtful_is_asked(changes: dict[str, Any], expected: list[Doubt]) -> None:
    assert doubts(facts(**changes)) == expected


def test_every_doubt_is_told_in_order() -> None:
    known = facts(templates=(), conversations=(), contacts=(), roles={}, confirmed={})
    assert doubts(known, None) == [Doubt.NO_TEMPLATE, Doubt.NO_CONVERSATION, Doubt.NO_PREFERRED_CONTACT]
    known = facts(conversations=(), contacts=(), roles={}, delivery=a.a_delivery(doubts=(Doubt.DISAGREES,)))
    expected = [Doubt.NO_CONVERSATION, Doubt.NO_PREFERRED_CONTACT, Doubt.NO_SENDER, Doubt.DISAGREES]
    assert doubts(known, None) == expected


def test_no_kind_that_the_law_reserves_is_sent_whatever_a_template_says() -> None:
    delivery = a.a_delivery(kind=Kind.AUDIT_OPINION, choices=Choices(template="Aangifte IB"))
    template = a.a_template(match=Match(frozenset(Kind)), way=Way.CERTIFIED)
    assert doubts(facts(delivery=delivery, templates=(template,))) == [Doubt.QUALIFIED_ONLY]


def test_no_agreement_is_only_approved_whatever_staff_choose() -> None:
    delivery = a.a_delivery(kind=Kind.ENGAGEMENT, choices=Choices(template="Aangifte IB"))
    assert doubts(facts(delivery=delivery)) == [Doubt.TOO_WEAK]
    found = planned(facts(delivery=delivery, templates=(a.a_template(way=Way.CERTIFIED),)))
    assert found.folder == "Opdrachtbevestigingen/2025"


def test_templates_that_name_clients_are_no_doubt_while_nobody_knows_the_client() -> None:
    one, two = (a.a_template(name=n, match=Match(frozenset({Kind.INCOME_TAX}), groups=frozenset({n}))) for n in "ab")
    assert doubts(facts(templates=(one, two), client=None), None) == [Doubt.UNKNOWN_CLIENT]
    assert planned(facts(templates=(one, two), client=a.a_client(group="b"))).template == two
    assert doubts(facts(templates=(one, a.a_template()), client=a.a_client(group="A"))) == [Doubt.SEVERAL_TEMPLATES]


@pytest.mark.parametrize(
    ("people", "staff", "expected"),
    [
        ((KARIM,), {STAFF}, Doubt.NO_SENDER),
        ((SANNE, KARIM), set(), Doubt.NO_SENDER),
        ((replace(SANNE, email=None), KARIM), {STAFF}, Doubt.NO_SENDER),
        (
            (SANNE, replace(SANNE, account=a.a_staff_account("U2")), KARIM),
            {STAFF, a.a_staff_account("U2")},
            Doubt.NO_SENDER,
        ),
        ((SANNE,), {STAFF}, Doubt.CONTACT_NOT_THERE),
        ((SANNE, replace(KARIM, active=False)), {STAFF}, Doubt.CONTACT_NOT_THERE),
        ((SANNE, replace(KARIM, standing=Standing.BOT)), {STAFF}, Doubt.CONTACT_NOT_THERE),
        ((SANNE, replace(KARIM, account=a.an_account("U0TWIN"))), {STAFF}, Doubt.CONTACT_NOT_THERE),
    ],
)
def test_who_takes_part_is_never_guessed(people: Any, staff: Any, expected: Doubt) -> None:
    """The last one has the address of the contact, which is not enough: staff say who somebody is (ADR 6)."""
    assert doubts(facts(), Presence(people, frozenset(staff))) == [expected]


def test_of_two_accounts_of_the_contact_none_is_picked() -> None:
    twin = replace(KARIM, account=a.an_account("U0TWIN"))
    known = facts(confirmed={SIGNER: a.a_contact(), twin.account: a.a_contact()})
    assert doubts(known, Presence((SANNE, KARIM, twin), frozenset({STAFF}))) == [Doubt.CONTACT_NOT_THERE]
    assert planned(known).signers[0].account == SIGNER


def test_nobody_signs_what_goes_out_in_their_own_name() -> None:
    known = facts(confirmed={STAFF: a.a_contact()})
    assert doubts(known) == [Doubt.CONTACT_NOT_THERE]
    allowed = replace(known, office=a.an_office(sender_may_sign=True))
    assert planned(allowed).signers[0].account == STAFF


def test_an_account_of_another_platform_is_not_the_contact_here() -> None:
    teams = replace(SIGNER, platform=Platform.TEAMS)
    assert Doubt.CONTACT_NOT_THERE in outline(facts(confirmed={teams: a.a_contact()})).doubts


def test_what_staff_chose_stands_in_place_of_what_is_looked_up() -> None:
    known = facts(templates=(a.a_template(), OTHER, UNFIT), conversations=(a.a_conversation(), ELSEWHERE))
    delivery = a.a_delivery(
        doubts=(Doubt.DISAGREES,),
        choices=Choices(a.CLIENT, "ANDERE", a.a_place("C0OTHER", thread="1.0"), NOOR.id),
    )
    mila = a.a_person("Noor", account=a.an_account("U0NOOR"))
    there = Presence((SANNE, KARIM, mila), frozenset({STAFF}))
    confirmed = {SIGNER: a.a_contact(), mila.account: NOOR}
    found = planned(replace(known, delivery=delivery, confirmed=confirmed), there)
    assert (found.template, found.place) == (OTHER, a.a_place("C0OTHER"))
    assert found.signers == (Signer(mila.account, "Noor", NOOR.id),)


@pytest.mark.parametrize(
    ("delivery", "expected"),
    [
        (chosen(template="Weg"), Doubt.NO_TEMPLATE),
        (chosen(place=Place(Platform.SLACK, "T0OFFICE", "C0OF-ANOTHER-CLIENT")), Doubt.NO_CONVERSATION),
        (chosen(contact=ContactId("contact-of-another-client")), Doubt.NO_PREFERRED_CONTACT),
    ],
)
def test_a_choice_of_what_is_not_there_is_a_doubt(delivery: Any, expected: Doubt) -> None:
    assert expected in doubts(facts(delivery=delivery))


@pytest.mark.parametrize(
    ("kind", "period", "folder"),
    [
        (Kind.VAT, "2025-Q3", "Aangiften/2025"),
        (Kind.ANNUAL_ACCOUNTS, "2025-07-01/2026-06-30", "Jaarrekeningen/2026"),
        (Kind.OTHER, "onbekend", "Overig"),
    ],
)
def test_a_document_is_filed_by_kind_and_year(kind: Kind, period: str, folder: str) -> None:
    assert outline(facts(delivery=a.a_delivery(kind=kind, period=period))).folder == folder


def test_what_is_known_comes_along_with_the_doubts() -> None:
    found = plan(facts(contacts=()), THERE)
    assert isinstance(found, Doubts)
    assert (found.outline.template, found.outline.place) == (a.a_template(), a.a_place())
    assert (found.outline.sender, found.outline.contact) == (a.a_staff_member(), None)
    assert "Sanne de Vries" in found.outline.message


def test_standard_documents_go_along() -> None:
    template = a.a_template(standard_items=(ItemId("terms"),))
    assert planned(facts(templates=(template,), standard_items=(ITEM,))).standard_items == (ITEM,)


def test_long_texts_and_strange_characters_are_kept_within_bounds() -> None:
    name = "\x00" + "N" * 900 + "\n" + "M" * 900
    template = a.a_template(title="{document}", message="{client} {document}\n\n{client}")
    words = Words("2025", "\x00" + "D" * 900, load_texts("nl").day)
    found = planned(facts(templates=(template,), client=a.a_client(name=name), words=words))
    assert (len(found.title), len(found.message)) == (200, 1_000)
    assert "\x00" not in found.title + found.message
    assert found.message.endswith("…")
