"""Every refusal says what is wrong and what to do, in the reader's language (product rule 10)."""

from collections.abc import Iterator

import pytest

from bot.domain import delegation_refusals, errors, intake_refusals, placing
from bot.domain.delegation import DelegationState
from bot.domain.delivery import DeliveryState
from bot.domain.envelope import Answer, EnvelopeState
from bot.domain.errors import FileTrouble, LinkTrouble, Refusal
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.people import Platform
from bot.domain.reminders import RemindedRecently
from bot.texts import LANGUAGES, load_texts
from bot.views.refusals import explain, explain_faults
from cards.model import Anchor, Text
from tests import builders as a

CLOSED = [state for state in DelegationState if state is not DelegationState.ASKED]
FINAL = [state for state in EnvelopeState if state is not EnvelopeState.OPEN]


def every_refusal() -> Iterator[Refusal]:
    yield errors.UnknownTenant()
    yield errors.NotStaff("Kantoor De Linde")
    yield errors.NotAParticipant("Karim Haddad")
    yield errors.NotTheSigner(("Karim Haddad",))
    yield errors.NotYourTurn("Mila Haddad")
    yield errors.NotTheSigner(("Karim Haddad", "Mila Haddad", "Noor Haddad"))
    yield delegation_refusals.PassedOn("Mila Haddad", a.at())
    yield delegation_refusals.NotTheDelegator("Karim Haddad")
    yield from (delegation_refusals.DelegationClosed(state, "Mila", "Sanne", a.at()) for state in CLOSED)
    yield from (delegation_refusals.DelegationLapsed("Karim", answer, a.at()) for answer in Answer)
    yield from (delegation_refusals.CannotTakeOver("Mila", "Karim", problem) for problem in Problem)
    yield delegation_refusals.NobodyToTakeOver()
    yield errors.NotAllowedToReadLog(("Karim Haddad",))
    yield errors.NotAllowedToView(("Karim Haddad",))
    yield from (errors.AlreadyAnswered(answer, a.at()) for answer in Answer)
    yield from (errors.EnvelopeClosed(state, "Sanne", a.at()) for state in FINAL)
    yield from (errors.NotRejected(state) for state in EnvelopeState)
    yield errors.UnknownEnvelope()
    yield errors.ConversationNotLinked()
    yield errors.ConversationRelinked("Kapper Knip")
    yield errors.NoClients()
    yield errors.NobodyToSign()
    yield RemindedRecently(a.at())
    yield from (errors.LinkRefused(trouble) for trouble in LinkTrouble)
    yield errors.SignatureRequired()
    yield from (errors.FilesNotTaken("aangifte.pdf", trouble, 10_000_000) for trouble in FileTrouble)
    yield from (placing.FieldsRefused(why) for why in placing.Misplaced)
    yield placing.NothingToPlaceOn("Brief.docx")
    yield placing.TooManyTemplates()
    yield from (intake_refusals.DeliverySettled(state) for state in DeliveryState)
    yield intake_refusals.UnknownDelivery()
    yield intake_refusals.IntakeNotPrivate(("Karim Haddad", "Mila Haddad"))
    yield from (InvalidInput({"documents": Fault(problem, 3)}) for problem in Problem)


ALL = list(every_refusal())


def words(refusal: Refusal, language: str) -> str:
    return explain(refusal, load_texts(language), Platform.SLACK).summary


def test_the_list_above_is_complete() -> None:
    assert {type(refusal) for refusal in ALL} == set(Refusal.__subclasses__())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("refusal", ALL, ids=repr)
def test_it_has_words(refusal: Refusal, language: str) -> None:
    assert words(refusal, language)
    assert "{" not in words(refusal, language)


def test_the_two_languages_differ() -> None:
    assert [refusal for refusal in ALL if words(refusal, "nl") == words(refusal, "en")] == []


def test_who_is_not_the_signer_reads_who_is() -> None:
    assert "Karim, Mila or Noor" in words(errors.NotTheSigner(("Karim", "Mila", "Noor")), "en")


def test_what_was_superseded_leads_to_what_took_its_place() -> None:
    refusal = errors.EnvelopeClosed(EnvelopeState.SUPERSEDED, "Sanne", a.at(), "https://chat.example/2")
    texts = [
        element for element in explain(refusal, load_texts("nl"), Platform.SLACK).elements if isinstance(element, Text)
    ]
    assert "https://chat.example/2" in [span.url for text in texts for span in text.spans if isinstance(span, Anchor)]


def test_faults_name_their_field_and_their_limit() -> None:
    invalid = InvalidInput({"reason": Fault(Problem.TOO_SHORT, 3), "documents": Fault(Problem.MISSING)})
    said = explain_faults(invalid, load_texts("en")).by_input

    assert "3" in said["reason"]
    assert "document" in said["documents"]


def test_commands_are_spelt_as_the_readers_platform_takes_them() -> None:
    refusal, dutch = errors.ConversationNotLinked(), load_texts("nl")

    assert "/sign koppel" in explain(refusal, dutch, Platform.SLACK).summary
    assert "@Paraaf koppel" in explain(refusal, dutch, Platform.TEAMS).summary
