"""The form as HTML: signature, place, approve, or reject with a reason; with what was typed, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from types import MappingProxyType

from adapters.web.signing.sent import APPROVED, REJECTED, Sent
from bot.domain.signature import Drawing
from bot.domain.typed_text import NAME_LENGTH, PLACE_LENGTH, REASON_LENGTH
from bot.texts import Texts
from bot.use_cases.sign_page import SigningPage
from bot.views import forms

_ORDER = (forms.SIGNATURE, forms.TYPED_NAME, forms.PLACE, forms.REASON)


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed before, what is wrong with which field, and what stands in the way of all of it."""

    sent: Sent | None = None
    faults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    trouble: str = ""
    status: int = 200


NOTHING_YET = Entered()


def write_form(page: SigningPage, entered: Entered, action: str, token: str, texts: Texts) -> str:
    """The section with the form, which is sent to `action`."""
    writer = _FormWriter(page, entered, texts)
    return (
        f'<section id="answer" aria-labelledby="answer-title" tabindex="-1">'
        f'<h2 id="answer-title">{escape(texts.say("Sign"))}</h2>{writer.write_alert()}'
        f'<form method="post" action="{escape(action)}" novalidate>'
        f'<input type="hidden" name="token" value="{token}">'
        f"{writer.write_signature()}{writer.write_place()}{writer.write_approval()}{writer.write_rejection()}"
        "</form></section>"
    )


@dataclass(frozen=True, slots=True)
class _FormWriter:
    page: SigningPage
    entered: Entered
    texts: Texts

    def write_alert(self) -> str:
        """What is wrong, first of all, with a way to each field."""
        rows = "".join(f"<li>{row}</li>" for row in self._list_troubles())
        return f'<div role="alert"><ul>{rows}</ul></div>' if rows else ""

    def _list_troubles(self) -> Iterator[str]:
        if self.entered.trouble:
            yield escape(self.entered.trouble)
        labels = {
            forms.SIGNATURE: self.texts.say("Signature"),
            forms.TYPED_NAME: self.texts.say("Name"),
            forms.PLACE: self.texts.say("Place"),
            forms.REASON: self.texts.say("Reason"),
        }
        for name in _ORDER:
            if fault := self.entered.faults.get(name):
                yield f'<a href="#{name}">{escape(labels[name])}</a>: {escape(fault)}'

    def write_signature(self) -> str:
        """The pad and the field for a name, as far as the envelope asks for them."""
        if self.page.drawing is Drawing.OFF:
            return ""
        say = self.texts.say
        optional = "" if self.page.drawing is Drawing.REQUIRED else f" ({say('optional')})"
        hint = say("Draw it with your finger, a pen or the mouse.")
        sent = self.entered.sent or Sent()
        # Focus can go to the pad, so that a fault is heard and found; a name in its place is typed below it.
        return (
            f"<fieldset><legend>{escape(say('Signature') + optional)}</legend>"
            '<div data-needs-script hidden><canvas class="pad" id="signature" role="img" tabindex="0" '
            f'aria-label="{escape(say("Field for your signature"))}"{self._mark(forms.SIGNATURE)}></canvas>'
            f"{self._write_fault(forms.SIGNATURE)}"
            f'<div class="row"><p class="soft" id="signature-hint" role="status" data-empty="{escape(hint)}" '
            f'data-drawn="{escape(say("Your signature is in the field."))}">{escape(hint)}</p>'
            f'<button type="button" data-do="undo">{escape(say("Undo"))}</button>'
            f'<button type="button" data-do="clear">{escape(say("Clear"))}</button></div></div>'
            '<input type="hidden" name="drawing">'
            f'<input type="hidden" name="strokes" value="{escape(sent.strokes)}">'
            f"{self._write_typed_name()}</fieldset>"
        )

    def _write_typed_name(self) -> str:
        if not self.page.typed_names:
            words = self.texts.say("To draw your signature, this page needs JavaScript. Switch it on in your browser.")
            return f'<noscript><p class="wrong">{escape(words)}</p></noscript>'
        value = self.entered.sent.typed_name if self.entered.sent else ""
        label = self.texts.say("Or type your name")
        return (
            f'<div class="field row"><label for="typed_name">{escape(label)}</label>'
            f'<input id="typed_name" name="typed_name" autocomplete="name" dir="auto" '
            f'maxlength="{NAME_LENGTH.stop - 1}" value="{escape(value)}"{self._mark(forms.TYPED_NAME)}></div>'
            f"{self._write_fault(forms.TYPED_NAME)}"
        )

    def write_place(self) -> str:
        """Where the person signs, as they say."""
        value = self.entered.sent.place if self.entered.sent else self.page.last_place or ""
        say = self.texts.say
        return (
            f'<div class="field"><label for="place">{escape(say("Place"))}</label>'
            f'<input id="place" name="place" required autocomplete="address-level2" dir="auto" '
            f'maxlength="{PLACE_LENGTH.stop - 1}" value="{escape(value)}"{self._mark(forms.PLACE, hint=True)}>'
            f'<p class="soft" id="place-hint">{escape(say("The place where you sign, such as Utrecht."))}</p>'
            f"{self._write_fault(forms.PLACE)}</div>"
        )

    def write_approval(self) -> str:
        """The consent, over the button that gives it."""
        say = self.texts.say
        return (
            f"<p><strong>{escape(say('I agree to the documents above'))}</strong></p>"
            f'<button class="main" name="answer" value="{APPROVED}">{escape(say("Approve"))}</button>'
        )

    def write_rejection(self) -> str:
        """The reason, folded away until it is wanted."""
        say, sent = self.texts.say, self.entered.sent
        hint = say("{name} and everyone in this conversation read this.", name=self.page.envelope.sender.name)
        unfolded = " open" if sent and (sent.answer == REJECTED or sent.reason) else ""
        return (
            f"<details{unfolded}><summary>{escape(say('Reject'))}</summary>"
            f'<div class="field"><label for="reason">{escape(say("Reason"))}</label>'
            f'<textarea id="reason" name="reason" dir="auto" maxlength="{REASON_LENGTH.stop - 1}"'
            f"{self._mark(forms.REASON, hint=True)}>\n{escape(sent.reason if sent else '')}</textarea>"
            f'<p class="soft" id="reason-hint">{escape(hint)}</p>{self._write_fault(forms.REASON)}</div>'
            f'<button class="danger" name="answer" value="{REJECTED}">{escape(say("Reject"))}</button></details>'
        )

    def _mark(self, name: str, *, hint: bool = False) -> str:
        """The attributes that tie a field to its hint and its fault; the first wrong field gets the focus."""
        is_wrong = name in self.entered.faults
        wrong = [each for each in _ORDER if each in self.entered.faults]
        texts = [*([f"{name}-fault"] if is_wrong else []), *([f"{name}-hint"] if hint or name == forms.SIGNATURE else [])]
        described = f' aria-describedby="{" ".join(texts)}"' if texts else ""
        marked = ' aria-invalid="true"' if is_wrong else ""
        return described + marked + (" autofocus" if wrong[:1] == [name] else "")

    def _write_fault(self, name: str) -> str:
        fault = self.entered.faults.get(name)
        return f'<p class="wrong" id="{name}-fault">{escape(fault)}</p>' if fault else ""
