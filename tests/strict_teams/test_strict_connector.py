"""The strict Teams is strict: each refusal of its connector, login and files is seen once, through plain HTTP."""

# ruff: noqa: ANN401 - JSON of any shape, right and wrong

import asyncio
import base64
import json
import time
from typing import Any
from urllib.parse import quote

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate

from tests.strict_teams import Drop, Hold, RateLimit, Refuse, Room, Status, StrictTeams
from tests.strict_teams import User as Person
from tests.strict_teams.facts import Json
from tests.strict_teams.login import GRAPH_SCOPE, encode, make_key
from tests.strict_teams.trying import (
    EXECUTE,
    PLACE,
    WHO,
    WORDS,
    Api,
    Bot,
    a_card,
    attached,
)


async def test_tokens_are_for_the_right_app_scope_and_proof(teams: StrictTeams, api: Api, room: Room) -> None:
    refused = [
        await api.ask_token(client_secret="wrong"),
        await api.ask_token(client_id="other"),
        await api.ask_token(scope="openid"),
        await api.ask_token(grant_type="password"),
        await api.ask_token("11111111-1111-4111-8111-111111111111"),
    ]
    codes = ["invalid_client", "unauthorized_client", "invalid_scope", "unsupported_grant_type", "invalid_request"]
    assert [told["error"] for _, told in refused] == codes
    members = f"/{quote(room.id)}/pagedmembers"
    graph = (await api.ask_token(scope=GRAPH_SCOPE))[1]["access_token"]
    for token in ("", "made-up", graph):
        assert (await api.call("GET", members, None, token))[0] == 401
    assert (await api.call("GET", members))[0] == 200
    teams.revoke_tokens()
    assert (await api.call("GET", members))[0] == 401


async def test_a_certificate_is_checked(teams: StrictTeams, api: Api) -> None:
    key = load_pem_private_key(teams.certificate.encode(), None)
    mark = encode(load_pem_x509_certificate(teams.certificate.encode()).fingerprint(SHA256()))
    address = f"{teams.login_url}/{teams.tenant}/oauth2/v2.0/token"
    now = int(time.time())
    claims = {"iss": teams.app_id, "sub": teams.app_id, "aud": address, "jti": "1", "nbf": now, "exp": now + 300}

    async def ask(signer: Any, head: Json, **changes: Any) -> int:
        assertion = jwt.encode(claims | changes, signer, algorithm="PS256", headers=head)
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        asked = api.ask_token(teams.tenant, client_secret="", client_assertion_type=kind, client_assertion=assertion)
        return (await asked)[0]

    head = {"x5t#S256": mark}
    assert await ask(key, head) == 200
    assert await ask(key, head) == 401  # the same jti again
    assert await ask(key, {}, jti="2") == 401
    assert await ask(key, {"x5t#S256": "other"}, jti="3") == 401
    assert await ask(make_key("other"), head, jti="4") == 401
    assert await ask(key, head, jti="5", aud="https://elsewhere.example") == 401
    assert await ask(key, head, jti="6", exp=now + 3_600) == 401


async def test_keys_can_be_rotated_and_what_is_sent_is_signed(
    teams: StrictTeams, api: Api, bot: Bot, sanne: Person, room: Room
) -> None:
    async with api.session.get(teams.metadata_url) as answer:
        jwks = (await answer.json())["jwks_uri"]
    teams.login.rotate(keep_old=False)
    await sanne.command("sign", room)
    keys = jwt.PyJWKClient(jwks)
    token = bot.headers[-1].removeprefix("Bearer ")
    key = await asyncio.to_thread(keys.get_signing_key_from_jwt, token)
    issuer = "https://api.botframework.com"
    claims = jwt.decode(token, key.key, algorithms=["RS256"], audience=teams.app_id, issuer=issuer)
    assert claims["serviceurl"] == bot.heard[-1]["serviceUrl"] == teams.service_url
    for tampering in ({"key": make_key("other")}, {"key": b"x" * 40, "alg": "HS256"}, {"key": None, "alg": "none"}):
        sent = teams.delivery.sign(bot.heard[-1], **tampering)
        with pytest.raises(jwt.InvalidTokenError):
            jwt.decode(sent.headers["Authorization"].removeprefix("Bearer "), key.key, ["RS256"], audience=teams.app_id)
    old = teams.delivery.sign(bot.heard[-1], age=7_200, claims={"nbf": None})
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(old.headers["Authorization"].removeprefix("Bearer "), key.key, ["RS256"], audience=teams.app_id)


# --- the connector ---


@pytest.mark.parametrize(
    "body",
    [
        attached(a_card(), text="erbij"),
        {"type": "message", "text": " "},
        {"type": "typing"},
        {**attached(a_card()), "attachments": attached(a_card())["attachments"] * 2},
        attached(a_card(), recipient={"id": "29:x"}),
        attached(a_card(), speak="Hoi"),
        attached(a_card(version="1.4")),
        attached(a_card(colour="red")),
        attached(a_card({**WORDS, "shiny": True})),
        attached(a_card({"type": "Marquee", "text": "x"})),
        attached(a_card(PLACE, PLACE)),
        attached(a_card({**PLACE, "errorMessage": ""})),
        attached(a_card({name: part for name, part in PLACE.items() if name != "label"})),
        attached(a_card({**WHO, "choices": []})),
        attached(a_card({**WHO, "value": "z"})),
        attached(a_card({**WHO, "choices": [WHO["choices"][0]] * 2})),
        attached(a_card(actions=({**EXECUTE, "verb": ""},))),
        attached(a_card(actions=({**EXECUTE, "data": {"msteams": {"type": "nonsense"}}},))),
        attached(a_card(actions=({**EXECUTE, "fallback": {"type": "Action.OpenUrl", "url": "https://x.example"}},))),
        attached(a_card(refresh={"action": EXECUTE})),
        attached(a_card(refresh={"action": EXECUTE, "userIds": [f"29:{number}" for number in range(61)]})),
        attached(a_card(refresh={"action": EXECUTE, "userIds": ["29:a", "29:a"]})),
        attached(a_card({**WORDS, "text": "<at>Sanne</at>"})),
        attached(a_card(msteams={"entities": [{"type": "mention", "text": "<at>Sanne</at>"}]})),
        attached(a_card(msteams={"colour": "red"})),
    ],
)
async def test_what_is_no_message(api: Api, room: Room, body: Json) -> None:
    status, told = await api.post(room, body)
    assert (status, told["error"]["code"]) == (400, "BadArgument")
    assert not room.messages


async def test_a_mention_of_a_stranger_and_a_large_card(api: Api, room: Room, sanne: Person) -> None:
    tag = {"type": "mention", "text": "<at>S</at>", "mentioned": {"id": "29:nobody", "name": "S"}}
    card = a_card({**WORDS, "text": "<at>S</at>"}, msteams={"entities": [tag]})
    assert (await api.post(room, attached(card)))[0] == 400
    tag["mentioned"] = {"id": sanne.id, "name": "S"}
    assert (await api.post(room, attached(card)))[0] == 201
    assert room.messages[0].pings == {sanne.id}
    status, told = await api.post(room, attached(a_card({**WORDS, "text": "x" * 103_000})))
    assert (status, told["error"]["code"]) == (413, "MessageSizeTooBig")


async def test_posts_threads_updates_and_deletions(api: Api, room: Room) -> None:
    path = f"/{quote(room.id, safe='')}"
    root = (await api.post(room, attached(a_card())))[1]["id"]
    reply = (await api.post(room, attached(a_card()), more=f"%3Bmessageid%3D{root}"))[1]["id"]
    assert [message.thread for message in room.messages] == [None, root]
    assert (await api.call("PUT", f"{path}/activities/{reply}", attached(a_card())))[0] == 200
    assert room.messages[1].edits == 1
    gone = (404, "ActivityNotFoundInConversation")
    assert await api.code("PUT", f"{path}/activities/1", attached(a_card())) == gone
    assert (await api.call("DELETE", f"{path}/activities/{reply}"))[0] == 200
    assert await api.code("DELETE", f"{path}/activities/{reply}") == gone
    away = (404, "ConversationNotFound")
    assert await api.code("POST", f"{path}%3Bmessageid%3D99/activities", attached(a_card())) == away
    assert await api.code("POST", "/19%3Anone%40thread.v2/activities", attached(a_card())) == away
    told = {"isGroup": True, "channelData": {"channel": {"id": room.id}}, "activity": attached(a_card())}
    status, opened = await api.call("POST", "", told)
    assert (status, opened["id"]) == (201, f"{room.id};messageid={opened['activityId']}")


async def test_a_chat_has_no_threads(teams: StrictTeams, api: Api, sanne: Person) -> None:
    chat = teams.chat("groep", members=[sanne])
    root = (await api.post(chat, attached(a_card())))[1]["id"]
    assert (await api.post(chat, attached(a_card()), more=f"%3Bmessageid%3D{root}"))[0] == 404


async def test_where_the_bot_may_not_write(teams: StrictTeams, api: Api, sanne: Person, karim: Person) -> None:
    elsewhere = teams.channel("elders", members=[sanne], installed=False)
    status, told = await api.post(elsewhere, attached(a_card()))
    assert (status, told["error"]["code"]) == (403, "BotNotInConversationRoster")

    def ask(user: Person) -> Json:
        tenant = teams.tenant_id(user.account.tenant)
        return {"members": [{"id": user.id}], "tenantId": tenant, "isGroup": False}

    assert await api.code("POST", "", ask(karim)) == (403, "ForbiddenOperationException")
    assert (await api.call("POST", "", {"members": [{"id": sanne.id}]}))[0] == 400
    first, second = [(await api.call("POST", "", ask(sanne)))[1]["id"] for _ in range(2)]
    assert first == second == teams.personal(sanne).id
    sanne.block()
    status, told = await api.post(teams.personal(sanne), attached(a_card()))
    assert status == 403
    assert json.loads(told["message"])["subCode"] == "MessageWritesBlocked"
    assert not sanne.direct_messages


async def test_the_roster_comes_in_pages(teams: StrictTeams, api: Api, room: Room, karim: Person) -> None:
    room.members += [teams.user(f"gast{number}", guest=True).id for number in range(60)]
    room.members.append(teams.user("robot", bot=True).id)
    path = f"/{quote(room.id)}"
    first = (await api.call("GET", f"{path}/pagedmembers?pageSize=50"))[1]
    token = quote(first["continuationToken"], safe="")
    second = (await api.call("GET", f"{path}/pagedmembers?pageSize=50&continuationToken={token}"))[1]
    people = first["members"] + second["members"]
    assert len({each["id"] for each in people}) == len(people) == 62
    assert "continuationToken" not in second
    for wrong in ("pageSize=49", "pageSize=501", "continuationToken=eA=="):
        assert (await api.call("GET", f"{path}/pagedmembers?{wrong}"))[0] == 400
    guest = next(each for each in people if each["name"] == "gast1")
    assert (guest["userRole"], guest["tenantId"], "#EXT#" in guest["userPrincipalName"]) == ("user", teams.tenant, True)

    for name in (karim.id, karim.account.object_id, karim.account.principal):
        told = (await api.call("GET", f"{path}/members/{quote(str(name), safe='')}"))[1]
        assert told["tenantId"] == teams.tenant_id("bakker")
    room.members.remove(karim.id)
    gone = await api.code("GET", f"{path}/members/{quote(karim.id)}")
    assert gone == (404, "MemberNotFoundInConversation")


async def test_a_message_for_one_person(teams: StrictTeams, api: Api, room: Room, sanne: Person) -> None:
    path = f"/{quote(room.id)}/activities?isTargetedActivity=true"
    body = attached(a_card(), recipient={"id": sanne.id})
    status, told = await api.call("POST", path, body)
    assert (status, len(sanne.ephemerals), room.messages) == (201, 1, [])
    update = f"/{quote(room.id)}/activities/{told['id']}?isTargetedActivity=true"
    assert (await api.call("PUT", update, body))[0] == 400
    assert (await api.call("PUT", update, attached(a_card())))[0] == 200
    assert (await api.call("POST", path, attached(a_card())))[0] == 400
    room.members.remove(sanne.id)
    assert await api.code("POST", path, body) == (403, "BotNotInConversationRoster")
    alone = f"/{quote(teams.personal(sanne).id)}/activities?isTargetedActivity=true"
    assert (await api.call("POST", alone, body))[0] == 400
    teams.targeted = False
    assert (await api.call("POST", path, body))[0] == 405


async def test_trouble_on_demand(teams: StrictTeams, api: Api, room: Room) -> None:
    teams.break_next("post", RateLimit(7), Refuse(412, "PreconditionFailed"), Status(502), Status(502, done=True))
    statuses = [(await api.post(room, attached(a_card())))[0] for _ in range(4)]
    assert (statuses, len(room.messages)) == ([429, 412, 502, 502], 1)
    teams.break_next("post", Drop(done=True), Drop(done=False))
    for _ in range(2):
        with pytest.raises(aiohttp.ClientError):
            await api.post(room, attached(a_card()))
    assert len(room.messages) == 2
    go = asyncio.Event()
    teams.break_next("metadata", Hold(go))
    waiting = asyncio.create_task(api.session.get(teams.metadata_url).__aenter__())
    await teams.until(lambda: "metadata" in teams.server.seen)
    assert not waiting.done()
    go.set()
    assert (await waiting).status == 200
    teams.break_always("token", Status(500))
    with pytest.raises(aiohttp.ContentTypeError):
        await api.ask_token()
    teams.repair()
    assert (await api.ask_token())[0] == 200


# --- files ---


async def test_files_are_for_graphs_tokens_alone_and_downloads_for_none(teams: StrictTeams, api: Api) -> None:
    file = teams.file("Polis.pdf", b"%PDF-1.7")
    share = "u!" + base64.urlsafe_b64encode(file.address.encode()).decode().rstrip("=")
    token = (await api.ask_token(teams.tenant, scope=GRAPH_SCOPE))[1]["access_token"]
    address = f"{teams.graph_url}/v1.0/shares/{share}/driveItem/content"

    async def ask(bearer: str, where: str = address) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        async with api.session.get(where, headers=headers, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", await answer.text())

    assert (await ask(""))[0] == 401
    assert (await ask((await api.ask_token())[1]["access_token"]))[0] == 401
    status, download = await ask(token)
    assert (status, await ask("", download)) == (302, (200, "%PDF-1.7"))
    assert not teams.leaks
    assert (await ask(token, download))[0] == 401
    assert teams.leaks
    file.redirect = "http://169.254.169.254/"
    assert await ask("", download) == (302, file.redirect)
    file.refused = True
    assert (await ask(token))[0] == 403
    file.refused, teams.world.graph_tenants = False, set()
    assert (await ask(token))[0] == 403
    file.deleted = True
    assert (await ask(token))[0] == 404
    assert (await ask("", download))[0] == 404
