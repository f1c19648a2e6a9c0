"""What a certificate says of a request that ended, in both languages."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.domain.accounts import Asks
from bot.domain.certified import Sealed, SealLevel, Way
from bot.domain.delegation import DelegationState
from bot.domain.envelope import Closing, EnvelopeState, Party, Pointer
from bot.domain.envelope import EnvelopeId as Id
from bot.domain.fields import Field, FieldKind
from bot.domain.log import Happening, LoggedDocument, LoggedSignature, LogLine, Subject, Unreadable
from bot.domain.people import Platform
from bot.domain.signature import TypedSignature
from bot.texts import LANGUAGES, Texts, load_texts
from bot.use_cases.read_certificate import MOST_LOOKS, choose_lines
from bot.views.certificate import Certificate, Told, make_certificate
from bot.views.certificate_signers import Part, Signing
from bot.views.consent import name_consent, recall_consent, say_consent
from bot.views.envelope_words import explain_level
from bot.views.log_words import describe_line
from tests import builders as a

# ruff: noqa: ANN401 - any field can be replaced, whatever its type

DUTCH, ENGLISH = load_texts("nl"), load_texts("en")
KARIM = a.an_account()
RECEIPT = a.a_receipt(index=41)
FULL = "ab" * 32
CONFIRMED = "2 mrt 2026 12:00:00 Europe/Amsterdam · 2 mrt 2026 11:00:00 UTC"
BOX = (0.0, 0.0, 90.0, 20.0)


def an_ended(**changes: Any) -> Any:
    """An envelope that its only signer approved."""
    signer = a.a_signer(decision=a.an_approval(derived_place="Amsterdam"))
    closing = Closing(Party(KARIM, "Karim Haddad"), a.at(30))
    ended = a.an_envelope(signers=(signer,), state=EnvelopeState.COMPLETED, closing=closing)
    return replace(ended, **changes)


def certify(texts: Texts = DUTCH, lines: tuple[LogLine, ...] = (), **changes: Any) -> Certificate:
    envelope = changes.pop("envelope", None) or an_ended()
    subject = Subject(envelope.state, tuple(LoggedDocument(each.name, each.sha256) for each in envelope.documents))
    told = Told(
        office=a.an_office(),
        client=a.a_client(),
        envelope=envelope,
        receipt=RECEIPT,
        level=None,
        entries=[describe_line(each, subject, None, texts) for each in lines],
        left_out=0,
        known={KARIM: Signing("K. Haddad", "Sanne de Vries", a.at(-60))},
        signatures={},
        verify="https://paraaf.example/verify",
        at=a.at(90),
    )
    return make_certificate(replace(told, **changes), texts)


def find(certificate: Certificate, heading: str) -> tuple[Part, ...]:
    (found,) = (each for each in certificate.sections if each.heading == heading)
    return found.parts


def read_signer(certificate: Certificate) -> dict[str, str]:
    (part,) = find(certificate, "Ondertekenaars")
    return dict(part.facts)


def test_it_tells_of_the_request() -> None:
    certificate = certify(
        envelope=an_ended(message="Graag tekenen", supersedes=Pointer(Id("e0")), superseded_by=Pointer(Id("e2")))
    )
    assert certificate.title == "Transactiebewijs"
    assert certificate.facts == (
        ("Klant", "1001 · Haddad Bouw B.V."),
        ("Verzoek", "envelope-1"),
        ("Van", "Sanne de Vries"),
        ("Verstuurd", "2 mrt 2026 13:00:00 Europe/Amsterdam · 2 mrt 2026 12:00:00 UTC"),
        ("Status", "Ondertekend"),
        ("Gesloten door", "Karim Haddad"),
        ("Gesloten", "2 mrt 2026 13:30:00 Europe/Amsterdam · 2 mrt 2026 12:30:00 UTC"),
        ("Komt in plaats van", "e0"),
        ("Vervangen door", "e2"),
        ("Bericht", "Graag tekenen"),
    )
    assert certificate.made == "Gemaakt op 2 mrt 2026 14:30:00 Europe/Amsterdam (2 mrt 2026 13:30:00 UTC)"


def test_it_tells_which_of_two_annual_accounts_are_asked_and_when_they_were_adopted() -> None:
    accounts = (a.a_document(name="Jaarrekening 2025.pdf"),)
    drafted = dict(certify(envelope=an_ended(documents=accounts)).facts)
    assert drafted["Gevraagd"] == "De conceptjaarrekening accorderen (bestuur)"
    signer = a.a_signer(decision=replace(a.an_approval(consent="adopt-1/nl"), adopted_on=date(2026, 5, 28)))
    told = certify(envelope=an_ended(asks=Asks.ADOPT, signers=(signer,)))
    assert dict(told.facts)["Gevraagd"] == "De jaarrekening vaststellen (algemene vergadering)"
    assert dict(told.facts)["Datum van vaststelling"] == "28 mei 2026"
    assert read_signer(told)["Datum van vaststelling"] == "28 mei 2026"
    assert read_signer(told)["Akkoord met"].startswith("“Wij stellen de onderstaande jaarrekening vast”")


def test_each_document_has_its_whole_hash() -> None:
    documents = (a.a_document(), a.a_document(name="Bijlage\u202efdp.exe", sha256="b" * 64, pages=None))
    first, second = find(certify(envelope=an_ended(documents=documents)), "Documenten")
    assert ("SHA-256 bij versturen", documents[0].sha256) in first.facts
    assert (second.title, second.facts[-1]) == ("Bijlagefdp.exe", ("SHA-256 bij versturen", "b" * 64))


def test_a_signer_is_told_of_in_full() -> None:
    signed = {KARIM: LoggedSignature(1, b"png")}
    (part,) = find(certify(signatures=signed), "Ondertekenaars")
    assert part.title == "Karim Haddad"
    assert part.facts == (
        ("Account", "Slack: U0CLIENT van T0CLIENT"),
        (
            "Bekend als",
            "K. Haddad, als contact van de klant bevestigd door Sanne de Vries\n" + CONFIRMED,
        ),
        ("Antwoord", "Goedgekeurd"),
        ("Wanneer", "2 mrt 2026 13:30:00 Europe/Amsterdam · 2 mrt 2026 12:30:00 UTC"),
        ("Akkoord met", "“Ik ga akkoord met de onderstaande documenten”\nAkkoordtekst: versie 1 (nl)"),
        ("Plaats, opgegeven", "Utrecht"),
        ("Plaats, afgeleid", "Amsterdam"),
        ("Ondertekend met", "Een getekende handtekening"),
    )
    assert part.picture
    assert part.picture.alt == "Handtekening van Karim Haddad"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (TypedSignature("K. Haddad"), "Een getypte naam: K. Haddad"),
        (Unreadable.ERASED, "De handtekening is gewist."),
        (Unreadable.DAMAGED, "De handtekening is beschadigd en kan niet worden getoond."),
    ],
)
def test_what_was_signed_with_is_said(content: TypedSignature | Unreadable, words: str) -> None:
    assert read_signer(certify(signatures={KARIM: LoggedSignature(1, content)}))["Ondertekend met"] == words


def test_an_approval_in_the_chat_has_no_signature_and_what_is_not_known_is_said() -> None:
    told = read_signer(certify(known={}))
    assert told["Ondertekend met"] == "Geen handtekening naast het akkoord"
    assert told["Bekend als"] == "Er is niet vastgelegd wie heeft bevestigd van wie dit account is."


def test_a_derived_place_never_stands_for_one_that_was_given() -> None:
    signer = a.a_signer(decision=a.an_approval(place=None, derived_place="Amsterdam"))
    told = read_signer(certify(envelope=an_ended(signers=(signer,))))
    assert told["Plaats, afgeleid"] == "Amsterdam"
    assert "Plaats, opgegeven" not in told


def test_the_consent_is_in_the_language_in_which_it_was_shown() -> None:
    signer = a.a_signer(decision=a.an_approval(consent="certified-1/en"))
    told = read_signer(certify(envelope=an_ended(signers=(signer,), way=Way.CERTIFIED)))
    assert told["Akkoord met"] == "“I sign the document below”\nAkkoordtekst: versie certified-1 (en)"
    signer = a.a_signer(decision=a.an_approval(consent="99/nl"))
    assert read_signer(certify(envelope=an_ended(signers=(signer,))))["Akkoord met"] == "Akkoordtekst: versie 99 (nl)"


@pytest.mark.parametrize("way", Way)
@pytest.mark.parametrize("asks", Asks)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recorded_consent_is_recalled(way: Way, asks: Asks, language: str) -> None:
    texts = load_texts(language)
    assert recall_consent(name_consent(way, asks, texts)) == say_consent(way, asks, texts)


@pytest.mark.parametrize("name", ["", "1", "1/de", "0/nl", "/nl", "1/../nl"])
def test_no_other_consent_is_recalled(name: str) -> None:
    assert recall_consent(name) is None


def test_a_rejection_has_its_reason_and_who_did_not_answer_is_said() -> None:
    signers = (
        a.a_signer(decision=a.a_rejection()),
        a.a_signer(a.an_account("U2", platform=Platform.TEAMS), name="علي"),
    )
    first, second = find(certify(envelope=an_ended(signers=signers, state=EnvelopeState.REJECTED)), "Ondertekenaars")
    assert (first.title, first.quote) == ("1. Karim Haddad", "Het bedrag op pagina 2 klopt niet.")
    assert ("Antwoord", "Afgekeurd") in first.facts
    assert second.title == "2. \u2068علي\u2069"
    assert ("Account", "Microsoft Teams: U2 van T0CLIENT") in second.facts
    assert ("Antwoord", "Geen") in second.facts


def test_what_was_filled_in_stands_by_its_label() -> None:
    fields = (
        Field(FieldKind.TEXT, 0, 0, BOX, "Functie"),
        Field(FieldKind.TEXT, 1, 0, BOX, "Van een ander"),
        Field(FieldKind.TEXT, 0, 0, BOX),
    )
    signers = (a.a_signer(decision=a.an_approval(texts=("Directeur", "ja"))),)
    told = read_signer(certify(envelope=an_ended(fields=fields, signers=signers)))
    assert (told["Functie"], told["Tekst"]) == ("Directeur", "ja")
    assert "Van een ander" not in told


def test_who_took_over_is_told_with_who_allowed_it() -> None:
    mila = a.an_account("U0MILA", tenant="T0OFFICE")
    allowed = a.a_delegation(state=DelegationState.ALLOWED, closing=Closing(a.a_party(), a.at(10)))
    refused = a.a_delegation("d2", state=DelegationState.REFUSED, closing=Closing(a.a_party(), a.at(10)))
    signer = a.a_signer(mila, name="Mila Haddad", decision=a.an_approval())
    told = read_signer(certify(envelope=an_ended(signers=(signer,), delegations=(refused, allowed))))
    assert told["Overgenomen"].startswith("Van Karim Haddad, toegestaan door Sanne de Vries\n2 mrt 2026 13:10:00")


def test_the_proof_is_named_in_full_with_where_it_is_checked() -> None:
    section = next(each for each in certify().sections if each.heading == "Bewijs")
    assert section.parts[0].facts == (
        ("Bewijslog", f"paraaf.example/evidence/{a.OFFICE}"),
        ("Regel", "41"),
        ("Hash van de regel", FULL),
        ("Te controleren op", "https://paraaf.example/verify"),
    )
    assert section.code == "https://paraaf.example/verify"


@pytest.mark.parametrize("level", SealLevel)
def test_the_level_of_a_seal_is_said_with_what_it_means(level: SealLevel) -> None:
    sealed = Sealed(a.a_document(version=2, sha256="c" * 64), level, a.at(40))
    certificate = certify(envelope=an_ended(way=Way.CERTIFIED, sealed=sealed), level=level)
    assert certificate.title == "Transactiecertificaat"
    assert find(certificate, "Zegel")[0].lines == (f"Niveau: {level}, {explain_level(level, DUTCH)}",)
    assert ("SHA-256 na verzegelen", "c" * 64) in find(certificate, "Documenten")[0].facts


def test_where_nothing_is_sealed_no_level_is_named() -> None:
    assert "Zegel" not in {each.heading for each in certify().sections}
    (part,) = find(certify(envelope=an_ended(way=Way.CERTIFIED)), "Zegel")
    assert part.lines == ("Van dit verzoek is er geen verzegelde PDF.",)


def test_every_event_has_both_times_and_its_whole_hash() -> None:
    viewed = a.a_log_line(
        Happening.VIEWED,
        at=a.at(1),
        by=Party(KARIM, ""),
        facts={"document": "B.pdf", "sha256": "b" * 64, "pages": "1"},
        receipt=RECEIPT,
    )
    owed = a.a_log_line(Happening.REJECTED, facts={"reason": "Nee", "place": "Utrecht"}, evidence_follows=True)
    documents = (a.a_document(), a.a_document(name="B.pdf", sha256="b" * 64))
    first, second = find(certify(lines=(viewed, owed), envelope=an_ended(documents=documents)), "Wat er is gebeurd")
    assert first == Part(
        "Document geopend · –",
        lines=(
            "2 mrt 2026 13:01:00 Europe/Amsterdam · 2 mrt 2026 12:01:00 UTC",
            "B.pdf (SHA-256 bbbbbbbbbbbb…)",
            f"Bewijs: nr. 41 · {FULL}",
        ),
    )
    assert second.quote == "Nee"
    assert second.lines[1:] == ("Utrecht (opgegeven)", "Bewijs volgt")


def test_looks_that_are_left_out_are_counted() -> None:
    looks = [a.a_log_line(Happening.VIEWED, number=number) for number in range(MOST_LOOKS + 2)]
    approved = a.a_log_line(Happening.APPROVED)
    chosen = choose_lines([a.a_log_line(), *looks, approved])
    assert len(chosen) == MOST_LOOKS + 2
    assert chosen[-1] is approved
    assert "nog 2 keer bekeken" in certify(left_out=2).notes[-1]
    assert not any("bekeken" in note for note in certify().notes)


def test_english_offices_read_english() -> None:
    certificate = certify(ENGLISH)
    assert (certificate.language, certificate.title) == ("en", "Proof of transaction")
    assert [each.heading for each in certificate.sections] == ["Documents", "Signers", "Proof", "What happened"]
