"""The form as HTML: signature, place, approve, or reject with a reason; what was typed, and what is wrong with it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from adapters.web.html import NOTHING, Html, isolate, join, tag
from adapters.web.signing.sent import APPROVED, REJECTED, Sent
from bot.domain.accounts import Asks, find_adoption_day
from bot.domain.signature import Drawing
from bot.domain.typed_text import NAME_LENGTH, PLACE_LENGTH, REASON_LENGTH, TEXT_LENGTH
from bot.texts import Texts
from bot.use_cases.sign_page import SigningPage
from bot.views import adoption, forms
from bot.views.adoption import tell_adoption_day
from bot.views.consent import say_consent


@dataclass(frozen=True, slots=True)
class Entered:
    """What was typed before, what is wrong with which field, and what stands in the way of all of it."""

    sent: Sent = field(default_factory=Sent)
    faults: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    trouble: str = ""
    status: int = 200


NOTHING_YET = Entered()


def write_form(page: SigningPage, entered: Entered, action: str, token: str, texts: Texts) -> Html:
    """The section with the form, which is sent to `action`."""
    writer = _FormWriter(page, entered, texts)
    form = tag(
        "form",
        tag("input", type="hidden", name="token", value=token),
        tag("input", type="hidden", name="shown", value=entered.sent.shown),
        tag("p", _tell_brought_back(texts), role="status", data_brought_back=True, hidden=True),
        writer.write_signature(),
        *writer.write_texts(),
        writer.write_adoption(),
        writer.write_place(),
        writer.write_approval(),
        writer.write_rejection(),
        method="post",
        action=action,
        data_of=_name_task(page),
        novalidate=True,  # what is wrong is said by the page, in the reader's language and beside the field
    )
    title = tag("h2", texts.say("Sign"), id="answer-title")
    return tag("section", title, writer.write_alert(), form, id="answer", aria_labelledby="answer-title", tabindex="-1")


def _name_task(page: SigningPage) -> str:
    """What this person fills in for this request is kept under, in their browser: the same for every link to it."""
    account = page.viewer.account
    named = f"{page.envelope.id}\n{account.platform.value}\n{account.tenant}\n{account.user}"
    return sha256(named.encode()).hexdigest()


def _tell_brought_back(texts: Texts) -> str:
    return texts.say("What you filled in before is here again; nothing of it was recorded yet.")


@dataclass(frozen=True, slots=True)
class _FormWriter:
    page: SigningPage
    entered: Entered
    texts: Texts

    def write_alert(self) -> Html:
        """What is wrong, first of all, with a way to each field."""
        labels = {
            forms.SIGNATURE: self.texts.say("Signature"),
            forms.TYPED_NAME: self.texts.say("Name"),
            **{forms.name_text(number): label for number, label in enumerate(self._labels)},
            adoption.ADOPTED_ON: self.texts.say("Date of adoption"),
            forms.PLACE: self.texts.say("Place"),
            forms.REASON: self.texts.say("Reason"),
        }
        rows = [tag("li", self.entered.trouble)] if self.entered.trouble else []
        for name in self._wrong:
            way = tag("a", labels[name], href=f"#{name}")
            rows.append(tag("li", way, ": ", self.entered.faults[name]))
        return tag("div", tag("ul", *rows), role="alert") if rows else NOTHING

    def write_signature(self) -> Html:
        """The pad and the field for a name, as far as the envelope asks for them."""
        if self.page.drawing is Drawing.OFF:
            return NOTHING
        legend = self.texts.say("Signature")
        if self.page.drawing is Drawing.OFFERED:
            legend = self.texts.say("Signature (not required)")
        return tag(
            "fieldset",
            tag("legend", legend),
            tag("div", self._write_pad(), self._write_fault(forms.SIGNATURE), data_needs_script=True, hidden=True),
            tag("input", type="hidden", name="drawing"),
            tag("input", type="hidden", name="strokes", value=self.entered.sent.strokes),
            self._write_typed_name() if self.page.typed_names else self._ask_script(),
        )

    def _write_pad(self) -> Html:
        hint = self.texts.say("Draw it with your finger, a pen or the mouse.")
        drawn = self.texts.say("Your signature is in the field.")
        # Focus can go to the pad, so that what is wrong is found and heard there.
        pad = tag(
            "canvas",
            id=forms.SIGNATURE,
            class_="pad",
            role="img",
            tabindex="0",
            aria_label=self.texts.say("Field for your signature"),
            **self._tie(forms.SIGNATURE),
        )
        state = tag("p", hint, id="signature-hint", class_="soft", role="status", data_empty=hint, data_drawn=drawn)
        undo = tag("button", self.texts.say("Undo"), type="button", data_do="undo")
        clear = tag("button", self.texts.say("Clear"), type="button", data_do="clear")
        return join((pad, tag("div", state, undo, clear, class_="row")))

    def _write_typed_name(self) -> Html:
        name = tag(
            "input",
            id=forms.TYPED_NAME,
            name=forms.TYPED_NAME,
            value=self.entered.sent.typed_name,
            maxlength=str(NAME_LENGTH.stop - 1),
            autocomplete="name",
            dir="auto",
            **self._tie(forms.TYPED_NAME, hint=False),
        )
        label = tag("label", self.texts.say("Or type your name"), for_=forms.TYPED_NAME)
        return tag("div", label, name, self._write_fault(forms.TYPED_NAME), class_="field")

    def _ask_script(self) -> Html:
        words = self.texts.say("To draw your signature, this page needs JavaScript. Switch it on in your browser.")
        return tag("noscript", tag("p", words, class_="wrong"))

    def write_texts(self) -> Iterator[Html]:
        """What the document asks this person to fill in."""
        typed = self.entered.sent.texts
        for number, label in enumerate(self._labels):
            name = forms.name_text(number)
            field = tag(
                "input",
                id=name,
                name=name,
                value=typed[number] if number < len(typed) else "",
                required=True,
                maxlength=str(TEXT_LENGTH.stop - 1),
                dir="auto",
                **self._tie(name, hint=False),
            )
            yield tag("div", tag("label", isolate(label), for_=name), field, self._write_fault(name), class_="field")

    def write_adoption(self) -> Html:
        """When the annual accounts were adopted, where that is asked."""
        envelope = self.page.envelope
        if envelope.asks is not Asks.ADOPT:
            return NOTHING
        filled = (find_adoption_day(envelope) or self.page.today).isoformat()
        day = tag(
            "input",
            type="date",
            id=adoption.ADOPTED_ON,
            name=adoption.ADOPTED_ON,
            value=filled if self.entered is NOTHING_YET else self.entered.sent.adopted_on,
            required=True,
            min=envelope.period_end.isoformat() if envelope.period_end else None,
            max=self.page.today.isoformat(),
            **self._tie(adoption.ADOPTED_ON),
        )
        label = tag("label", self.texts.say("Date of adoption"), for_=adoption.ADOPTED_ON)
        words = tell_adoption_day(envelope.period_end, self.texts)
        hint = tag("p", words, id=f"{adoption.ADOPTED_ON}-hint", class_="soft")
        return tag("div", label, day, hint, self._write_fault(adoption.ADOPTED_ON), class_="field")

    def write_place(self) -> Html:
        """Where the person signs, as they say."""
        is_new = self.entered is NOTHING_YET
        place = tag(
            "input",
            id=forms.PLACE,
            name=forms.PLACE,
            value=(self.page.last_place or "") if is_new else self.entered.sent.place,
            required=True,
            maxlength=str(PLACE_LENGTH.stop - 1),
            autocomplete="address-level2",
            dir="auto",
            **self._tie(forms.PLACE),
        )
        label = tag("label", self.texts.say("Place"), for_=forms.PLACE)
        hint = tag("p", self.texts.say("The place where you sign, such as Utrecht."), id="place-hint", class_="soft")
        return tag("div", label, place, hint, self._write_fault(forms.PLACE), class_="field")

    def write_approval(self) -> Html:
        """The consent, over the button that gives it."""
        consent = tag("p", tag("strong", say_consent(self.page.envelope.way, self.page.envelope.asks, self.texts)))
        names = tag("ul", *(tag("li", isolate(document.name)) for document in self.page.envelope.documents))
        approve = tag("button", self.texts.say("Sign"), class_="main", name="answer", value=APPROVED)
        return join((consent, names, approve))

    def write_rejection(self) -> Html:
        """The reason, folded away until it is wanted."""
        sent, sender = self.entered.sent, self.page.envelope.sender.name
        hint = self.texts.say("{name} and everyone in this conversation read this.", name=sender)
        reason = tag(
            "textarea",
            "\n",  # a line end at the beginning is left out by who reads it
            sent.reason,
            id=forms.REASON,
            name=forms.REASON,
            maxlength=str(REASON_LENGTH.stop - 1),
            dir="auto",
            **self._tie(forms.REASON),
        )
        label = tag("label", self.texts.say("Reason"), for_=forms.REASON)
        told = tag("p", hint, id="reason-hint", class_="soft")
        return tag(
            "details",
            tag("summary", self.texts.say("Reject")),
            tag("div", label, reason, told, self._write_fault(forms.REASON), class_="field"),
            tag("button", self.texts.say("Reject"), class_="danger", name="answer", value=REJECTED),
            open=sent.answer == REJECTED or bool(sent.reason),
        )

    @property
    def _wrong(self) -> list[str]:
        """The wrong fields, from above."""
        asked = (forms.name_text(number) for number, _ in enumerate(self._labels))
        order = (forms.SIGNATURE, forms.TYPED_NAME, *asked, adoption.ADOPTED_ON, forms.PLACE, forms.REASON)
        return [name for name in order if name in self.entered.faults]

    @property
    def _labels(self) -> list[str]:
        """What the texts are called that the document asks for."""
        asked = enumerate(self.page.texts, start=1)
        return [label or self.texts.say("Text {number}", number=number) for number, label in asked]

    def _tie(self, name: str, *, hint: bool = True) -> dict[str, str | bool | None]:
        """The attributes that tie a field to its hint and its fault; the first wrong field gets the focus."""
        is_wrong = name in self.entered.faults
        about = [f"{name}-fault"] * is_wrong + [f"{name}-hint"] * hint
        return {
            "aria_describedby": " ".join(about) or None,
            "aria_invalid": "true" if is_wrong else None,
            "autofocus": self._wrong[:1] == [name],
        }

    def _write_fault(self, name: str) -> Html:
        fault = self.entered.faults.get(name)
        return tag("p", fault, id=f"{name}-fault", class_="wrong") if fault else NOTHING
