"""What is wrong with a field of a form, in words that say what to do."""

from typing import Literal, assert_never

from bot.domain.faults import Fault, Problem
from bot.texts import Texts

_Unsealable = Literal[
    Problem.NOT_ONE_PDF,
    Problem.PDF_ENCRYPTED,
    Problem.PDF_BROKEN,
    Problem.PDF_XFA,
    Problem.PDF_ACTIVE,
    Problem.PDF_TOO_HEAVY,
]


_Unadoptable = Literal[Problem.IN_THE_FUTURE, Problem.BEFORE_PERIOD_END, Problem.ANOTHER_DAY]


def word_fault(field: str, fault: Fault, texts: Texts) -> str:
    """What is wrong with this field."""
    match fault.problem:
        case Problem.MISSING:
            return _word_missing(field, texts)
        case (
            Problem.TOO_SHORT | Problem.TOO_LONG | Problem.TOO_MANY | Problem.TOO_MANY_SIGNERS | Problem.TOO_FEW_SIGNERS
        ):
            return _word_limit(fault, texts)
        case (
            Problem.NOT_A_PARTICIPANT
            | Problem.SIGNER_ALREADY
            | Problem.OWN_REQUEST
            | Problem.NOT_A_PERSON
            | Problem.TWICE
        ):
            return _word_person(field, fault.problem, texts)
        case Problem.IN_THE_PAST if field == "expires":
            return texts.say("It would have expired already. Choose today or a later day.")
        case Problem.IN_THE_PAST:
            return texts.say("Choose today or a later day.")
        case Problem.BEFORE_DUE:
            return texts.say("Choose the due date or a later day.")
        case Problem.NOT_A_DAY:
            return texts.say("This is no day. Write it as 2026-05-28.")
        case Problem.IN_THE_FUTURE | Problem.BEFORE_PERIOD_END | Problem.ANOTHER_DAY:
            return _word_adoption(fault.problem, texts)
        case Problem.BEFORE_ITS_START:
            return texts.say("Choose the day on which it begins, or a later one.")
        case Problem.UNKNOWN:
            return texts.say("This no longer exists. Choose another.")
        case Problem.NOT_ASKED:
            return texts.say("This is not asked for here. Leave it empty.")
        case Problem.NOT_READABLE:
            return texts.say("This could not be read. Clear it, and do it again.")
        case (
            Problem.NOT_ONE_PDF
            | Problem.PDF_ENCRYPTED
            | Problem.PDF_BROKEN
            | Problem.PDF_XFA
            | Problem.PDF_ACTIVE
            | Problem.PDF_TOO_HEAVY
        ):
            return _word_unsealable(fault.problem, texts)
        case _:
            assert_never(fault.problem)


def _word_adoption(problem: _Unadoptable, texts: Texts) -> str:
    match problem:
        case Problem.IN_THE_FUTURE:
            return texts.say("Choose today or an earlier day: you state what the meeting has decided.")
        case Problem.BEFORE_PERIOD_END:
            return texts.say("Annual accounts cannot be adopted before their period ends. Choose a later day.")
        case Problem.ANOTHER_DAY:
            return texts.say("Another signer gave another day. If that one is wrong, reject this and say so.")
        case _:
            assert_never(problem)


def _word_unsealable(
    problem: _Unsealable,
    texts: Texts,
) -> str:
    match problem:
        case Problem.NOT_ONE_PDF:
            return texts.say(
                "With a certificate exactly one PDF is signed. Choose one, or choose Approval as the way of signing."
            )
        case Problem.PDF_ENCRYPTED:
            return texts.say(
                "This PDF is protected with a password, so it cannot be sealed. "
                "Save it without protection and upload that."
            )
        case Problem.PDF_BROKEN:
            return texts.say("This PDF is damaged, so it cannot be sealed. Make it again, or print it to a new PDF.")
        case Problem.PDF_XFA:
            return texts.say(
                "This PDF is an XFA form, which shows other things than it holds. "
                "Print it to a new PDF and upload that."
            )
        case Problem.PDF_ACTIVE:
            return texts.say(
                "Something in this PDF runs by itself: a script, a film, or a button that does something. "
                "What one sees may change, so it cannot be sealed. Print it to a new PDF and upload that."
            )
        case Problem.PDF_TOO_HEAVY:
            return texts.say(
                "This PDF has too many pages, or is too complicated, to be sealed. Split it, or print it to a new PDF."
            )
        case _:
            assert_never(problem)


def _word_limit(fault: Fault, texts: Texts) -> str:
    limit = fault.limit or 0
    match fault.problem:
        case Problem.TOO_SHORT:
            return texts.count("At least {number} visible character.", "At least {number} visible characters.", limit)
        case Problem.TOO_LONG:
            return texts.count("At most {number} character.", "At most {number} characters.", limit)
        case Problem.TOO_MANY_SIGNERS:
            return texts.count("At most {number} signer.", "At most {number} signers.", limit)
        case Problem.TOO_FEW_SIGNERS:
            return texts.count(
                "The document has a place for {number} signer: choose as many.",
                "The document has places for {number} signers: choose as many.",
                limit,
            )
        case _:
            return texts.count("At most {number} document at once.", "At most {number} documents at once.", limit)


def _word_person(field: str, problem: Problem, texts: Texts) -> str:
    match problem:
        case Problem.NOT_A_PARTICIPANT if field == "signers":
            return texts.say(
                "Somebody you chose does not take part in this conversation now. Invite them, or leave them out."
            )
        case Problem.NOT_A_PARTICIPANT:
            return texts.say("This person does not take part in this conversation now. Invite them, or choose another.")
        case Problem.SIGNER_ALREADY:
            return texts.say("This person is asked to sign this already. Choose someone else.")
        case Problem.OWN_REQUEST if field == "taker":
            return texts.say("Who sent this request cannot sign it. Choose someone else.")
        case Problem.OWN_REQUEST:
            return texts.say("You cannot sign your own request. Choose someone else.")
        case Problem.TWICE:
            return texts.say("This person has another place already. Choose each person once.")
        case _:
            return texts.say("This account cannot sign. Choose someone else.")


def _word_missing(field: str, texts: Texts) -> str:
    match field:
        case "documents" | "uploads":
            return texts.say("Choose at least one document, or upload one.")
        case "signature":
            return texts.say("Put your signature here.")
        case _:
            return texts.say("Fill this in.")
