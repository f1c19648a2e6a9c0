"""What source packages deliver, and what is doubtful about it, in words."""

from datetime import date
from typing import Literal, assert_never

from bot.domain.delivery import Doubt, Kind
from bot.domain.periods import Part, Span, read_period
from bot.domain.workflow import is_reserved
from bot.texts import Texts

_AboutPeople = Literal[Doubt.NO_PREFERRED_CONTACT, Doubt.CONTACT_NOT_THERE, Doubt.NO_SENDER]
_AboutSigning = Literal[Doubt.CANNOT_BE_SEALED, Doubt.TOO_WEAK, Doubt.NO_STANDARD_DOCUMENT, Doubt.QUALIFIED_ONLY]


def name_kind(kind: Kind, texts: Texts) -> str:
    """What a document of this kind is called where its source does not say."""
    match kind:
        case Kind.INCOME_TAX:
            return texts.say("income tax return")
        case Kind.CORPORATE_TAX:
            return texts.say("corporate tax return")
        case Kind.VAT:
            return texts.say("VAT return")
        case Kind.INTRA_COMMUNITY:
            return texts.say("intra-Community statement")
        case Kind.PAYROLL_TAX:
            return texts.say("payroll tax return")
        case Kind.ANNUAL_ACCOUNTS:
            return texts.say("annual accounts")
        case Kind.FILED_ACCOUNTS:
            return texts.say("accounts to be filed")
        case Kind.ENGAGEMENT:
            return texts.say("engagement letter")
        case Kind.AUDIT_OPINION:
            return texts.say("auditor's report")
        case Kind.OTHER:
            return texts.say("document")
        case _:
            assert_never(kind)


def name_period(period: str, texts: Texts) -> str:
    """A period such as `quarter 3 of 2025`; one that is written in no way that is known stays as it is."""
    found = read_period(period)
    if found is None:
        return period.strip()
    if isinstance(found, Span):
        return texts.say("{start} up to and including {end}", start=texts.day(found.first), end=texts.day(found.last))
    match found.part:
        case None:
            return str(found.year)
        case Part.QUARTER:
            return texts.say("quarter {number} of {year}", number=found.number, year=found.year)
        case Part.MONTH:
            return texts.month(date(found.year, found.number, 1))
        case Part.FOUR_WEEKS:
            return texts.say("period {number} of {year}", number=found.number, year=found.year)
        case _:
            assert_never(found.part)


def say_doubt(doubt: Doubt, texts: Texts) -> str:
    """Why staff are asked about a delivery."""
    match doubt:
        case Doubt.NO_TEMPLATE:
            return texts.say("No workflow template is for this delivery.")
        case Doubt.SEVERAL_TEMPLATES:
            return texts.say("Several workflow templates are for this delivery.")
        case Doubt.UNKNOWN_CLIENT:
            return texts.say("No client has this client number.")
        case Doubt.NO_CONVERSATION:
            return texts.say("The client has no conversation.")
        case Doubt.SEVERAL_CONVERSATIONS:
            return texts.say("The client has several conversations.")
        case Doubt.DISAGREES:
            return texts.say("The SBR instance says another client, kind or period than the delivery.")
        case Doubt.NO_PREFERRED_CONTACT | Doubt.CONTACT_NOT_THERE | Doubt.NO_SENDER:
            return _say_who(doubt, texts)
        case Doubt.CANNOT_BE_SEALED | Doubt.TOO_WEAK | Doubt.NO_STANDARD_DOCUMENT | Doubt.QUALIFIED_ONLY:
            return _say_how(doubt, texts)
        case _:
            assert_never(doubt)


def _say_who(doubt: _AboutPeople, texts: Texts) -> str:
    match doubt:
        case Doubt.NO_PREFERRED_CONTACT:
            return texts.say("The client has no preferred contact.")
        case Doubt.CONTACT_NOT_THERE:
            return texts.say("The contact takes no part in the conversation, or nobody said which account is theirs.")
        case Doubt.NO_SENDER:
            return texts.say("Nobody has the role of the sender, or whoever has it takes no part in the conversation.")
        case _:
            assert_never(doubt)


def _say_how(doubt: _AboutSigning, texts: Texts) -> str:
    match doubt:
        case Doubt.CANNOT_BE_SEALED:
            return texts.say("The document cannot be signed with a certificate by one person.")
        case Doubt.TOO_WEAK:
            return texts.say(
                "The workflow template asks for an approval, and this has to be signed with a certificate."
            )
        case Doubt.NO_STANDARD_DOCUMENT:
            return texts.say("A document that is to be sent along is no longer in the office's own dossier.")
        case Doubt.QUALIFIED_ONLY:
            return texts.say(
                "An accountant signs this in person with a qualified certificate (article 3:15a of the Dutch Civil "
                "Code, article 25 of eIDAS), such as the PKIoverheid professional certificate. "
                "Paraaf cannot have it signed."
            )
        case _:
            assert_never(doubt)


def say_minimum(kind: Kind, texts: Texts) -> str:
    """Why documents of this kind cannot be signed in just any way, for one of which that is true."""
    if is_reserved(kind):
        return _say_how(Doubt.QUALIFIED_ONLY, texts)
    return texts.say("An agreement binds both parties, so it is signed with a certificate and becomes one sealed PDF.")
