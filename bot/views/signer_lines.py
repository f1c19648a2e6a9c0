"""The signers of an envelope that several sign, each with their state, in the order in which they sign."""

from bot.domain.envelope import Answer, Envelope, EnvelopeState, Signer
from bot.texts import OFFICE_ZONE, Texts
from cards.model import Plain, Span, Strong, Text
from cards.text import shorten

_NAME = 60
"""Characters of a name: the lines of twenty signers fit into one paragraph on every platform."""


def list_signers(envelope: Envelope, texts: Texts) -> tuple[Text, ...]:
    """A line for each signer; nothing where there is one, who stands among the facts of the card."""
    if len(envelope.signers) == 1:
        return ()
    spans: list[Span] = [Strong(texts.say("Signers"))]
    for number, signer in enumerate(envelope.signers, start=1):
        place = f"{number}. " if envelope.in_order else "• "
        spans.append(Plain(f"\n{place}{shorten(signer.name, _NAME)}{_name_state(signer, envelope, texts)}"))
    return (Text(tuple(spans)),)


def _name_state(signer: Signer, envelope: Envelope, texts: Texts) -> str:
    if signer.decision:
        mark = "✅" if signer.decision.answer is Answer.APPROVED else "❌"
        return f" {mark} {texts.day(signer.decision.at.astimezone(OFFICE_ZONE).date())}"
    if signer in envelope.waiting_for:
        return " · " + texts.say("it is their turn")
    later = texts.say("comes later") if envelope.state is EnvelopeState.OPEN else texts.say("did not sign")
    return f" · {later}"
