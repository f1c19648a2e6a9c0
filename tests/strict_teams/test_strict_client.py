"""The strict Teams is strict: its client lets people do what Teams lets them, and takes no wrong answer of a bot."""

# ruff: noqa: ANN401 - JSON of any shape, right and wrong

from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import web

from tests.strict_teams import ClientRefuses, NotAcknowledged, Room, StrictTeams
from tests.strict_teams import User as Person
from tests.strict_teams.facts import Json
from tests.strict_teams.trying import (
    EXECUTE,
    FORM,
    PLACE,
    WHO,
    WORDS,
    Api,
    Bot,
    a_card,
    a_dialog,
    a_form,
    a_page,
    attached,
    shown,
)


async def test_a_view_for_each_viewer(
    teams: StrictTeams, api: Api, bot: Bot, room: Room, sanne: Person, karim: Person
) -> None:
    mila = teams.user("mila", guest=True)
    room.members.append(mila.id)
    refresh = {"action": {"type": "Action.Execute", "verb": "show"}, "userIds": [karim.id, sanne.id]}
    everybody = a_card(refresh=refresh)

    def answer(activity: Json) -> Json:
        name = activity["from"]["name"]
        if activity["value"]["trigger"] == "manual":
            return shown(a_form("Action.Execute"))
        return shown(a_card({**WORDS, "text": f"Voor {name}"}, actions=(EXECUTE,), refresh=refresh))

    bot.answers["adaptiveCard/action"] = answer
    posted = (await api.post(room, attached(everybody)))[1]["id"]
    [message] = room.messages
    seen = [(await each.sees(message)).words.split("\n")[0] for each in (karim, sanne, mila)]
    assert seen == ["Voor Karim Haddad", "Voor Sanne de Vries", "Ter ondertekening"]
    assert {each["value"]["trigger"] for each in bot.heard} == {"automatic"}

    await karim.press(message, "Goedkeuren")
    form = await karim.view("approve")
    assert "Plaats" in form.words
    assert [each.words for each in (await sanne.sees(message), message)] == [
        "Voor Sanne de Vries\nGoedkeuren", "Ter ondertekening",
    ]  # fmt: skip
    laptop = karim.on("laptop")
    assert "Voor Karim" in (await laptop.sees(message)).words

    count = len(bot.heard)
    await api.call("PUT", f"/{quote(room.id)}/activities/{posted}", attached(everybody))
    assert not karim.views  # what stood in the message's place goes when it changes
    await teams.settled()
    assert len(bot.heard) == count + 3  # Karim at two clients, and Sanne
    await karim.look(message)
    with pytest.raises(ClientRefuses):
        await mila.look(message)


async def test_a_press_answered_with_words_or_an_error(
    api: Api, bot: Bot, room: Room, sanne: Person, karim: Person
) -> None:
    await api.post(room, attached(a_card(actions=(EXECUTE,))))
    kinds = "application/vnd.microsoft.activity.message", "application/vnd.microsoft.error"
    bot.answers["adaptiveCard/action"] = {"statusCode": 200, "type": kinds[0], "value": "Alleen Karim"}
    await sanne.press(room.messages[0], "Goedkeuren")
    assert (await sanne.told("Alleen")).words == "Alleen Karim"
    error = {"statusCode": 500, "type": kinds[1], "value": {"code": "500", "message": "Nummer 12"}}
    bot.answers["adaptiveCard/action"] = error
    await sanne.press(room.messages[0], "approve")
    await sanne.told("Nummer 12")
    assert not karim.ephemerals
    told = bot.heard[-1]
    assert told["conversation"]["tenantId"] == told["channelData"]["tenant"]["id"]
    await karim.press(room.messages[0], "approve")
    told = bot.heard[-1]
    assert told["conversation"]["id"] == f"{room.id};messageid={room.messages[0].id}"
    assert told["conversation"]["tenantId"] != told["channelData"]["tenant"]["id"]


@pytest.mark.parametrize(
    "answer",
    [
        web.Response(status=500),
        web.Response(status=202),
        web.Response(text="ok"),
        {},
        {"type": "application/vnd.microsoft.card.adaptive", "value": a_card()},
        {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": a_card()},
        {"statusCode": 200, "type": "application/vnd.microsoft.error", "value": {"code": "1", "message": "x"}},
        shown(a_card(version="1.0")),
        {"statusCode": 200, "type": "dance", "value": "x"},
    ],
)
async def test_what_answers_no_press(api: Api, bot: Bot, room: Room, sanne: Person, answer: Any) -> None:
    await api.post(room, attached(a_card(actions=(EXECUTE,))))
    bot.answers["adaptiveCard/action"] = answer
    with pytest.raises(NotAcknowledged):
        await sanne.press(room.messages[0], "Goedkeuren")


async def test_a_dialog_from_first_to_last(teams: StrictTeams, bot: Bot, room: Room, sanne: Person) -> None:
    bot.answers["composeExtension/fetchTask"] = a_dialog(a_form())
    await sanne.compose("sign", room)
    form = await sanne.view("approve")
    assert form.options("who") == {"k": "Karim Haddad · voorkeur", "m": "Mila"}
    wrong = {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": "Nee", "color": "Attention"}]}
    bot.answers["composeExtension/submitAction"] = a_dialog(a_form("Action.Submit", WHO, wrong, PLACE))
    view = await sanne.fill(form, place="Utrecht", who="Karim Haddad").submit()
    assert view.errors == {"who": "Nee"}
    assert bot.heard[-1]["value"] == {
        "commandId": "sign", "commandContext": "compose", "context": {"theme": "default"},
        "data": {"place": "Utrecht", "who": "k", "paraaf": FORM},
    }  # fmt: skip
    bot.answers["composeExtension/submitAction"] = {"task": {"type": "message", "value": "Verstuurd"}}
    await sanne.fill(view, place="Utrecht").submit()
    assert (sanne.views, (await sanne.told()).words) == ([], "Verstuurd")

    file = teams.file("Polis.pdf", b"%PDF")
    message = teams.say(sanne, room, "Hierbij", files=[file])
    await sanne.shortcut("sign", message)
    payload = bot.heard[-1]["value"]["messagePayload"]
    assert payload["attachments"][0]["contentUrl"] == file.address
    bot.answers["composeExtension/submitAction"] = web.Response()
    await sanne.fill(await sanne.view("approve"), place="Zeist").submit()
    assert not sanne.views


@pytest.mark.parametrize("address", ["https://paraaf.example/x?in=teams", "http://127.0.0.1:8080/x"])
async def test_a_dialog_shows_a_page_of_a_domain_in_the_manifest(
    teams: StrictTeams, bot: Bot, room: Room, sanne: Person, address: str
) -> None:
    teams.domains = frozenset({"paraaf.example", "127.0.0.1:8080"})
    bot.answers["composeExtension/fetchTask"] = a_page(address)
    await sanne.compose("sign", room)
    view = await sanne.view()
    assert (view.page, view.links, view.words, view.form_id) == (address, [address], "Paraaf", "")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        a_dialog(a_card(actions=(EXECUTE,))),
        a_dialog(a_card(refresh={"action": EXECUTE, "userIds": ["29:a"]})),
        {"task": {"type": "dance", "value": "x"}},
        {"task": {"type": "message", "value": ""}},
        {"task": {"type": "continue", "value": {"card": attached(a_card())["attachments"][0]}}},
        {"task": {"type": "continue", "value": {"title": "x", "card": a_card()}}},
        a_page("https://elsewhere.example/x"),
        a_page("https://paraaf.example.evil.example/x"),
        a_page("http://paraaf.example/x"),
        a_page(fallbackUrl="javascript:alert(1)"),
        a_page(card=attached(a_card())["attachments"][0]),
    ],
)
async def test_what_opens_no_dialog(teams: StrictTeams, bot: Bot, room: Room, sanne: Person, answer: Json) -> None:
    teams.domains = frozenset({"paraaf.example"})
    bot.answers["composeExtension/fetchTask"] = answer
    with pytest.raises(NotAcknowledged):
        await sanne.compose("sign", room)


@pytest.mark.parametrize(
    ("filled", "why"),
    [
        ({}, "has to be filled in"),
        ({"place": "Amersfoort"}, "characters can be typed"),
        ({"place": "a\nb"}, "one line"),
        ({"place": "Zeist", "who": "Sanne"}, "not offered"),
        ({"place": "Zeist", "who": ["Mila", "k"]}, "Only one"),
        ({"nonsense": "x"}, "no inputs"),
    ],
)
async def test_what_cannot_be_filled_in(bot: Bot, room: Room, sanne: Person, filled: Json, why: str) -> None:
    bot.answers["composeExtension/fetchTask"] = a_dialog(a_form())
    await sanne.compose("sign", room)
    form = await sanne.view("approve")
    with pytest.raises(ClientRefuses, match=why):
        await sanne.fill(form, **filled).submit()


async def test_choices_that_are_looked_up(bot: Bot, room: Room, sanne: Person) -> None:
    query = {"type": "Data.Query", "dataset": "documents"}
    found = {**WHO, "choices": [], "style": "filtered", "choices.data": query}
    bot.answers["composeExtension/fetchTask"] = a_dialog(a_form("Action.Submit", found))
    results = [{"title": "Polis.pdf", "value": "d1"}]
    kind = "application/vnd.microsoft.search.searchResponse"
    bot.answers["application/search"] = {"type": kind, "value": {"results": results}}
    await sanne.compose("sign", room)
    form = await sanne.view("approve")
    assert await sanne.search(form, "who", "pol") == ["Polis.pdf"]
    assert bot.heard[-1]["value"]["dataset"] == "documents"
    await sanne.fill(form, who="Polis.pdf").submit()
    assert bot.heard[-1]["value"]["data"]["who"] == "d1"
    bot.answers["composeExtension/submitAction"] = {}
    for wrong in ({"type": kind, "value": {"results": results * 16}}, {"type": "x", "value": {"results": []}}):
        bot.answers["application/search"] = wrong
        await sanne.compose("sign", room)
        with pytest.raises(NotAcknowledged):
            await sanne.search(await sanne.view("approve"), "who", "pol")


async def test_an_old_client_takes_the_fallback(api: Api, bot: Bot, room: Room, sanne: Person) -> None:
    refresh = {"action": {"type": "Action.Execute", "verb": "show"}, "userIds": [sanne.id]}
    bot.answers["adaptiveCard/action"] = shown(a_card(refresh=refresh))
    await api.post(room, attached(a_card(actions=(EXECUTE,), refresh=refresh)))
    [message] = room.messages
    old = sanne.on_old_client()
    assert (await old.sees(message)).labels == ["Goedkeuren"]
    bot.answers["task/fetch"] = a_dialog(a_form())
    await old.press(message, "Goedkeuren")
    assert bot.heard[-1]["value"]["data"]["action"] == "approve"
    await old.fill(await old.view("approve"), place="Utrecht").submit()
    assert bot.heard[-1]["name"] == "task/submit"


async def test_a_refresh_that_goes_wrong_is_not_lost(api: Api, bot: Bot, room: Room, sanne: Person) -> None:
    refresh = {"action": {"type": "Action.Execute", "verb": "show"}, "userIds": [sanne.id]}
    bot.answers["adaptiveCard/action"] = web.Response(status=500)
    await api.post(room, attached(a_card(refresh=refresh)))
    with pytest.raises(NotAcknowledged, match="500"):
        await api.teams.settled()
    api.teams.failures.clear()


async def test_what_people_cannot_do(teams: StrictTeams, api: Api, bot: Bot, room: Room, sanne: Person) -> None:
    vera = teams.user("vera")
    await api.post(room, attached(a_card(actions=(EXECUTE,))))
    for deed in (vera.command("sign", room), vera.compose("sign", room), vera.press(room.messages[0], "Goedkeuren")):
        with pytest.raises(ClientRefuses, match="does not see"):
            await deed
    with pytest.raises(ClientRefuses, match="no button"):
        await sanne.press(room.messages[0], "Stop")
    elsewhere = teams.channel("elders", members=[sanne], installed=False)
    with pytest.raises(ClientRefuses, match="not in this conversation"):
        await sanne.command("sign", elsewhere)
    assert not bot.heard


async def test_messages_installations_and_files_reach_the_bot(
    teams: StrictTeams, bot: Bot, room: Room, sanne: Person, karim: Person
) -> None:
    bot.answers["message"] = web.Response(status=202)
    await sanne.command("sign koppel", room)
    told = bot.heard[-1]
    assert told["text"] == "<at>Paraaf</at> sign koppel"
    assert told["conversation"]["id"] == f"{room.id};messageid={told['id']}"
    personal = teams.personal(sanne)
    await sanne.command("help", personal)
    assert (bot.heard[-1]["text"], "tenantId" in bot.heard[-1]["conversation"]) == ("help", False)
    file = teams.file("Polis.pdf", b"%PDF")
    await sanne.send_file(file)
    content = bot.heard[-1]["attachments"][0]["content"]
    assert content["downloadUrl"].startswith(f"http://{teams.file_host}/download/")
    await teams.leave(room, karim)
    await teams.remove_app(room)
    assert [each["type"] for each in bot.heard[-2:]] == ["conversationUpdate", "installationUpdate"]
    await teams.add_app(room)
    assert room.installed
    bot.answers["message"] = web.Response(status=403)
    with pytest.raises(NotAcknowledged):
        await sanne.command("sign", room)


async def test_a_held_press_arrives_later(api: Api, bot: Bot, room: Room, sanne: Person) -> None:
    await api.post(room, attached(a_card(actions=(EXECUTE,))))
    bot.answers["adaptiveCard/action"] = shown(a_form("Action.Execute"))
    held = await sanne.hold_press(room.messages[0], "Goedkeuren")
    assert not bot.heard
    await held.release()
    form = await sanne.view("approve")
    sending = sanne.fill(form, place="Utrecht").hold()
    bot.answers["adaptiveCard/action"] = {
        "statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Te laat",
    }  # fmt: skip
    room.members.remove(sanne.id)
    await sending.release()
    assert bot.heard[-1]["value"]["action"]["data"] == {"paraaf": FORM, "place": "Utrecht"}
    await sanne.told("Te laat")
