"""Fill in a modal by its labels, as the state that Slack's client would send."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.e2e.slack_control import Json, Values

Answers = Mapping[str, str | Sequence[str]]


def fill_in(modal: Json, answers: Answers) -> Values:
    """The state of the modal's inputs; options are named by how their text begins."""
    inputs = {block["label"]["text"]: block for block in modal["blocks"] if block["type"] == "input"}
    unknown = sorted(set(answers) - set(inputs))
    assert not unknown, f"no inputs {unknown} among {sorted(inputs)}"
    return {inputs[label]["block_id"]: _answer(inputs[label]["element"], answer) for label, answer in answers.items()}


def _answer(element: Json, answer: str | Sequence[str]) -> dict[str, Any]:
    kind = element["type"]
    match kind, answer:
        case "plain_text_input", str():
            value: Json = {"value": answer}
        case "datepicker", str():
            value = {"selected_date": answer}
        case "static_select" | "radio_buttons", str():
            value = {"selected_option": _find(element, answer)}
        case "checkboxes", str():
            value = {"selected_options": [_find(element, answer)]}
        case "checkboxes", _:
            value = {"selected_options": [_find(element, each) for each in answer]}
        case _:
            raise AssertionError(f"cannot fill in {answer!r} as {kind}")
    return {element["action_id"]: {"type": kind, **value}}


def _find(element: Json, text: str) -> Json:
    options: list[Json] = element["options"]
    texts = [option["text"]["text"] for option in options]
    # The whole text first: one document's name may be the beginning of another's.
    found = [each for each, is_it in zip(options, [t == text for t in texts], strict=True) if is_it]
    found = found or [option for option in options if option["text"]["text"].startswith(text)]
    assert len(found) == 1, f"“{text}” is {len(found)} of {texts}"
    return found[0]
