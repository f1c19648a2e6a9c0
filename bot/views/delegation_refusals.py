"""Refusals about passing a task on, in words."""

from typing import assert_never

from bot.domain.delegation import DelegationState
from bot.domain.delegation_refusals import (
    CannotTakeOver,
    DelegationClosed,
    DelegationLapsed,
    NobodyToTakeOver,
    NotTheDelegator,
    PassedOn,
)
from bot.domain.envelope import Answer
from bot.domain.faults import Problem
from bot.texts import Texts

DelegationRefusal = PassedOn | NotTheDelegator | NobodyToTakeOver | CannotTakeOver | DelegationLapsed | DelegationClosed


def word_delegation_refusal(refusal: DelegationRefusal, texts: Texts) -> str:
    """What is wrong, and what to do."""
    match refusal:
        case PassedOn(name, at):
            moment = texts.moment(at)
            return texts.say(
                "This was passed on to {name} on {moment}. There is nothing left to do for you.",
                name=name,
                moment=moment,
            )
        case NotTheDelegator(name):
            return texts.say("Only {name} can take this back. Nothing was changed.", name=name)
        case NobodyToTakeOver():
            return texts.say(
                "There is nobody else in this conversation who can sign this. Ask the office to invite them to it."
            )
        case CannotTakeOver(name, signer, problem):
            return _word_unfit(name, signer, problem, texts)
        case DelegationLapsed(name, answer, at):
            return _word_lapsed(name, answer, texts.moment(at), texts)
        case DelegationClosed(state, taker, by, at):
            return _word_closed(state, taker, by, texts.moment(at), texts)
        case _:
            assert_never(refusal)


def _word_unfit(name: str, signer: str, problem: Problem, texts: Texts) -> str:
    if problem is Problem.NOT_A_PARTICIPANT:
        return texts.say(
            "{name} does not take part in this conversation now, so nothing was changed. "
            "Invite them and allow it then, or refuse it; the task stays with {signer}.",
            name=name,
            signer=signer,
        )
    return texts.say(
        "{name} cannot sign this request, so nothing was changed. Refuse it; {signer} can then ask for somebody else.",
        name=name,
        signer=signer,
    )


def _word_lapsed(name: str, answer: Answer, moment: str, texts: Texts) -> str:
    match answer:
        case Answer.APPROVED:
            return texts.say(
                "{name} approved this on {moment}, so there is nothing left to pass on.", name=name, moment=moment
            )
        case Answer.REJECTED:
            return texts.say(
                "{name} rejected this on {moment}, so there is nothing left to pass on.", name=name, moment=moment
            )
        case _:
            assert_never(answer)


def _word_closed(state: DelegationState, taker: str, by: str, moment: str, texts: Texts) -> str:
    match state:
        case DelegationState.ALLOWED:
            return texts.say(
                "{by} allowed this on {moment}: the task was passed on to {name}.", by=by, moment=moment, name=taker
            )
        case DelegationState.REFUSED:
            return texts.say("{by} refused this on {moment}. It was not passed on.", by=by, moment=moment)
        case DelegationState.TAKEN_BACK:
            return texts.say("{by} took this back on {moment}. It was not passed on.", by=by, moment=moment)
        case DelegationState.ASKED:
            message = "an open request is not closed"
            raise ValueError(message)
        case _:
            assert_never(state)
