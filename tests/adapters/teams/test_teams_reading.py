"""What the recordings do not hold: organisations that share a channel, odd clients, files, forged forms."""

from dataclasses import replace
from datetime import date

import pytest

from adapters.teams.activity import read_actor, read_place, read_reference
from adapters.teams.reading import COMMAND, Reader, write_again
from adapters.teams.rendering import read_way_back
from adapters.teams.seals import Seal
from adapters.teams.shapes import ShapeRefused, read_shape, write_shape
from adapters.teams.values import read_values
from bot.conversation import Actor, Command, Submission
from bot.domain.people import Account, Platform
from bot.domain.places import ConversationKind, Place
from bot.views.task_list import TASK_ACTIONS
from cards import model
from tests.adapters.teams.test_teams_payloads import load
from tests.strict_teams.facts import Json

SEAL = Seal(b"ours")
READER = Reader(SEAL)
FORM = model.Form(
    "send",
    "Laten ondertekenen",
    (
        model.Text(
            (model.Strong("Klant"), model.Mention("29:1", "Noor 🌷"), model.Anchor("x", "https://x.example")),
            quote=True,
        ),
        model.Facts((model.Fact("Van", (model.Plain("Sanne"),)),)),
        model.Image("https://x.example/1.png", "logo"),
        model.Divider(),
        model.Actions(
            (
                model.Button("a", "A", "v", model.Style.DANGER, model.Confirm("t", "x", "ja", "nee")),
                model.Link("l", "https://l.example"),
            )
        ),
        model.TextInput("message", "Bericht", 200, multiline=True, required=False),
        model.Choice(
            "documents",
            "Documenten",
            (model.Option("d1", "Een", "hint"), model.Option("d2", "Twee")),
            most=2,
            look=model.Look.LIST,
        ),
        model.Choice("signer", "Ondertekenaar", model.Search("participants"), selected=(model.Option("29:1", "Noor"),)),
        model.DateInput("due", "Datum", date(2026, 12, 1)),
        model.Toggle("remind", "Herinneren", "Ja", value=True),
        model.FileInput("uploads", "Uploads", 3, page="https://paraaf.example/uploads/s"),
    ),
    close="Sluiten",
    submit="Versturen",
    context="de context",
)


def an_activity(**changes: object) -> Json:
    return {**load("invoke_execute_channel"), **changes}


# --- who and where ---


def test_in_a_shared_channel_the_office_is_the_host() -> None:
    activity = an_activity(channelData={"tenant": {"id": "theirs"}})
    actor = read_actor(activity)
    assert (actor.office_tenant, actor.account.tenant) == ("11111111-1111-4111-8111-111111111111", "theirs")
    assert read_place(activity).tenant == actor.office_tenant


def test_a_chat_without_a_tenant_is_of_the_tenant_of_who_writes() -> None:
    activity = load("message_personal")
    del activity["conversation"]["tenantId"]
    assert read_place(activity).tenant == "11111111-1111-4111-8111-111111111111"


@pytest.mark.parametrize(
    ("id_", "kind"),
    [
        ("19:x@thread.tacv2;messageid=1", ConversationKind.CHANNEL),
        ("19:x@thread.skype", ConversationKind.CHANNEL),
        ("19:x@thread.v2", ConversationKind.GROUP),
        ("19:x_y@unq.gbl.spaces", ConversationKind.GROUP),
        ("a:1x", ConversationKind.PERSONAL),
    ],
)
def test_the_kind_of_a_conversation_shows_in_its_id(id_: str, kind: ConversationKind) -> None:
    reference = read_reference(an_activity(conversation={"id": id_, "tenantId": "t"}))
    assert reference
    assert reference.kind is kind


def test_a_client_that_tells_its_language_among_the_entities() -> None:
    activity = an_activity(locale=None, entities=[{"type": "clientInfo", "locale": "nl-NL"}])
    assert read_actor(activity).locale == "nl-NL"
    assert read_actor(an_activity(locale=None, entities=[])).locale is None


@pytest.mark.parametrize("missing", ["serviceUrl", "recipient", "conversation"])
def test_an_activity_that_tells_too_little_is_no_reference(missing: str) -> None:
    activity = an_activity()
    del activity[missing]
    assert read_reference(activity) is None


# --- lists of tasks ---


def press_back(**pressed: str) -> str:
    """How to come back from what this press answers."""
    activity = an_activity()
    activity["value"] = {"action": {"type": "Action.Execute", "verb": pressed["action"], "data": pressed}}
    asked = READER.read_invoke(activity)
    assert asked
    return asked.back


def test_what_is_pressed_in_a_list_comes_back_to_the_list_and_on_a_card_to_its_envelope() -> None:
    back = press_back(action="approve", value="e1", back="tasks mine 2 19:x@thread.tacv2")
    assert read_way_back(back) == ("tasks", "mine 2 19:x@thread.tacv2")
    assert read_way_back(press_back(action="approve", value="e1")) == ("show", "e1")


@pytest.mark.parametrize("action", sorted(TASK_ACTIONS))
def test_a_list_is_no_envelope_to_come_back_to(action: str) -> None:
    assert press_back(action=action, value="mine 0") == ""


def test_the_way_back_leads_to_views_alone() -> None:
    assert read_way_back("withdraw e1") == ("show", "withdraw e1")


# --- words ---


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<at>Paraaf</at> sign", ""),
        ("<at>Paraaf</at>&nbsp;sign", ""),
        ("<at>Paraaf</at>\xa0\n sign \n koppel ", "koppel"),
        ("hé <at>Paraaf</at> sign", "hé sign"),
        ("sign <at>Paraaf</at>", ""),
        ("<at>Paraaf</at> signaal", "signaal"),
        ("<at>Paraaf</at>", "help"),
        ("<at>Karel</at> <at>Paraaf</at> sign", "<at>Karel</at> sign"),
    ],
)
def test_what_stands_behind_the_mention(text: str, words: str) -> None:
    asked = READER.read_message({**load("message_group"), "text": text})
    assert asked
    assert isinstance(asked.interaction, Command)
    assert asked.interaction.words == words


# --- commands that are given again ---


def test_a_command_given_again_is_about_the_same_conversation_of_the_own_office() -> None:
    place = Place(Platform.TEAMS, "another", "19:x@thread.tacv2", "17")
    actor = Actor(Account(Platform.TEAMS, "another", "29:1x"), "another", "x")
    value = write_again(Command(actor, place, "sign", "koppel"))
    asked = READER.read_invoke(an_activity(value={"action": {"data": {"action": COMMAND, "value": value}}}))
    assert asked
    command = asked.interaction
    assert isinstance(command, Command)
    assert command.place == replace(place, tenant="11111111-1111-4111-8111-111111111111")
    assert (command.words, asked.back) == ("koppel", "")


# --- forms ---


def test_a_form_comes_back_as_it_was() -> None:
    assert read_shape(write_shape(FORM, SEAL), FORM.context, SEAL) == FORM


def test_a_form_travels_light() -> None:
    options = tuple(model.Option(f"client-{number}", f"{number} · Klant {number}") for number in range(100))
    form = replace(FORM, body=(*FORM.body, model.Choice("client", "Klant", options)))
    assert len(write_shape(form, SEAL)) < 3_000


def test_only_our_own_forms_come_back() -> None:
    shape = write_shape(FORM, SEAL)
    forged = (
        "",
        ".",
        shape[:-2],
        shape.replace(".", "~"),
        "A" * 22 + shape[22:],
        write_shape(FORM, Seal(b"theirs")),
        "é" + shape,
    )
    for each in forged:
        with pytest.raises(ShapeRefused):
            read_shape(each, FORM.context, SEAL)
    with pytest.raises(ShapeRefused):
        read_shape(shape, "another context", SEAL)


def sent_form(form: str, **data: object) -> Submission:
    marks = {"form": form, "context": FORM.context, "nonce": "n", "shape": write_shape(FORM, SEAL)}
    asked = READER.read_invoke(an_activity(name="task/submit", value={"data": {"paraaf": marks, **data}}))
    assert asked
    assert (asked.sent is not None) == (form == FORM.id)
    assert isinstance(asked.interaction, Submission)
    return asked.interaction


def test_a_form_under_another_name_is_not_shown_again() -> None:
    assert sent_form("send").key != sent_form("link").key


def test_values_get_their_kinds() -> None:
    values = sent_form("send", message="hoi", documents="d1,d2", signer="29:1", due="2026-12-24", remind="false").values
    assert values == {
        "message": "hoi",
        "documents": ("d1", "d2"),
        "signer": "29:1",
        "due": date(2026, 12, 24),
        "remind": False,
        "uploads": (),
    }


@pytest.mark.parametrize("odd", [None, 5, [], {}, "", "soon"])
def test_odd_values_are_nothing(odd: object) -> None:
    data: Json = dict.fromkeys(("documents", "due", "remind"), odd)
    values = read_values(data, FORM)
    assert values["due"] is None
    assert values["remind"] is False
    assert values["documents"] == (("soon",) if odd == "soon" else ())


def test_the_same_form_of_another_person_is_another_submission() -> None:
    mine = sent_form("send")
    marks = {"form": "send", "context": FORM.context, "nonce": "n"}
    activity = an_activity(value={"action": {"data": {"paraaf": marks}}}, **{"from": {"id": "29:other"}})
    asked = READER.read_invoke(activity)
    assert asked
    assert isinstance(asked.interaction, Submission)
    assert asked.interaction.key != mine.key
