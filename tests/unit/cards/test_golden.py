import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft6Validator
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from cards.adaptive_card import Wording, render_card, render_form
from cards.block_kit import render_errors, render_message, render_view
from cards.limits import TEAMS_AIM
from cards.model import Form
from tests.strict_slack.blocks import check_errors, check_message, check_view
from tests.unit.cards.cases import (
    APPROVE,
    BACK,
    CARDS,
    ERRORS,
    FORMS,
    HELP,
    PERSONAL,
    REJECT,
    SEND_WITH_PAGE,
    TYPED,
    VIEWERS,
)

WORDING = Wording("nl", "Vul dit in.", "Upload bestanden op de webpagina.", "Pagina openen")
Golden = Callable[[str, dict[str, Any]], None]


@pytest.fixture(scope="module")
def schema() -> Draft6Validator:
    """Microsoft's schema of Adaptive Cards 1.5."""
    text = files("adaptive_cards").joinpath("schemas/schema-1.5.json").read_text(encoding="utf-8")
    return Draft6Validator(json.loads(text))


def check_adaptive(schema: Draft6Validator, card: dict[str, Any]) -> None:
    """Check against the schema, but for what Teams adds to 1.5: mentions, and options that are looked up."""
    card = json.loads(json.dumps(card))
    card.pop("msteams", None)
    for item in card["body"]:
        if item.pop("choices.data", None):
            assert item.pop("style") == "filtered"
    faults = [f"{'/'.join(map(str, fault.path))}: {fault.message[:200]}" for fault in schema.iter_errors(card)]
    assert not faults


@pytest.mark.parametrize("name", CARDS)
def test_message(name: str, check_golden: Golden) -> None:
    message = render_message(CARDS[name])
    check_message(message)
    for block in message.get("blocks", ()):
        parsed = Block.parse(block)
        assert parsed is not None
        assert parsed.to_dict() == block
    check_golden(f"{name}.slack", message)


@pytest.mark.parametrize("name", FORMS)
def test_view(name: str, check_golden: Golden) -> None:
    view = render_view(FORMS[name])
    check_view(view)
    assert json.loads(json.dumps(View(**view).to_dict())) == view
    check_golden(f"{name}.view.slack", view)


@pytest.mark.parametrize("name", CARDS)
def test_card(name: str, check_golden: Golden, schema: Draft6Validator) -> None:
    card = render_card(CARDS[name], lang="nl")
    check_adaptive(schema, card)
    assert len(json.dumps(card, ensure_ascii=False).encode("utf-8")) < TEAMS_AIM
    check_golden(f"{name}.teams", card)


@pytest.mark.parametrize("name", FORMS)
def test_form(name: str, check_golden: Golden, schema: Draft6Validator) -> None:
    card = render_form(FORMS[name], WORDING)
    check_adaptive(schema, card)
    assert len(json.dumps(card, ensure_ascii=False).encode("utf-8")) < TEAMS_AIM
    check_golden(f"{name}.form.teams", card)


def test_refused_form(check_golden: Golden, schema: Draft6Validator) -> None:
    answer = render_errors(ERRORS)
    check_errors(answer, render_view(REJECT))
    assert answer == {"response_action": "errors", "errors": {"reason": "Minstens 3 zichtbare tekens."}}
    card = render_form(REJECT, WORDING, errors=ERRORS, typed=TYPED)
    check_adaptive(schema, card)
    check_golden("refused.form.teams", card)


def test_card_with_a_view_for_each_viewer(check_golden: Golden, schema: Draft6Validator) -> None:
    card = render_card(PERSONAL, lang="nl", viewers=VIEWERS)
    check_adaptive(schema, card)
    assert len(json.dumps(card, ensure_ascii=False).encode("utf-8")) < TEAMS_AIM
    check_golden("personal.teams", card)


def test_form_with_an_upload_page(check_golden: Golden, schema: Draft6Validator) -> None:
    card = render_form(SEND_WITH_PAGE, WORDING, nonce="n1")
    check_adaptive(schema, card)
    check_golden("upload_page.form.teams", card)


@pytest.mark.parametrize("form", [REJECT, APPROVE, HELP], ids=lambda form: form.id)
def test_form_in_a_message(form: Form, check_golden: Golden, schema: Draft6Validator) -> None:
    card = render_form(form, WORDING, nonce="n1", inline=True, back=BACK)
    check_adaptive(schema, card)
    check_golden(f"{form.id}.inline.teams", card)


def test_refused_form_in_a_message(check_golden: Golden, schema: Draft6Validator) -> None:
    card = render_form(REJECT, WORDING, errors=ERRORS, typed=TYPED, nonce="n1", inline=True, back=BACK)
    check_adaptive(schema, card)
    check_golden("refused.inline.teams", card)
