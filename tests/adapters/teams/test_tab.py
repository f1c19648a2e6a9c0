"""What a tab shows to whom, over HTTP."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from adapters.teams.tab.drawing import draw_elements
from bot.conversation import Open, Press
from bot.domain.envelope import Closing, EnvelopeState
from bot.domain.people import Platform
from bot.domain.places import Place
from bot.domain.tasks import PAGE_SIZE
from cards.model import Anchor, Divider, Form, Image, Text
from storage.sql.store import SqlStore
from tests import builders as a
from tests.adapters.slack.stage import RecordingRouter
from tests.adapters.teams.tab_stage import OTHER, TabStage, open_tab_stage
from tests.strict_teams import Refuse, Status, StrictTeams


@pytest_asyncio.fixture(loop_scope="session")
async def stage(
    teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore, tmp_path: Path
) -> AsyncIterator[TabStage]:
    async with open_tab_stage(teams, session, store, tmp_path) as stage:
        yield stage


def read(html: str) -> str:
    """The words of HTML."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


async def test_everybody_sees_their_own_lists(stage: TabStage) -> None:
    await stage.send("Aangifte IB 2025", due=date(2026, 3, 1))
    await stage.send("Jaarrekening 2025", due=date(2026, 3, 9))
    html = await stage.list(stage.karim)
    words = read(html)
    assert "Te doen 2" in words
    assert "Wacht op anderen 0" in words
    assert "Aangifte IB 2025.pdf Wacht op u · te laat" in words
    assert "Klant Haddad Bouw B.V. Van Sanne de Vries Uiterlijk 9 maart 2026 Taak uitvoeren Transactielog" in words
    assert words.index("Aangifte") < words.index("Jaarrekening")
    assert "Te doen 0 Wacht op anderen 2 Klaar 0 Er wacht niets op u." in read(await stage.list(stage.sanne))
    assert "Wacht op Karim Haddad · te laat" in read(await stage.list(stage.sanne, turn="others"))
    assert "Taak uitvoeren" not in await stage.list(stage.sanne, turn="others")


async def test_the_list_speaks_the_readers_language(stage: TabStage) -> None:
    await stage.send("Jaarrekening 2025", due=date(2026, 3, 9))
    words = read(await stage.list(stage.karim, locale="en-gb"))
    assert "To do 1" in words
    assert "Due 9 March 2026 Carry out this task" in words


async def test_long_lists_have_pages(stage: TabStage) -> None:
    for number in range(PAGE_SIZE + 1):
        await stage.send(f"Stuk {number:02}")
    first, last = await stage.list(stage.karim), await stage.list(stage.karim, page=1)
    assert "Pagina 1 van 2" in first
    assert re.findall(r"<button data-page=(-?\d+)( disabled)?>", first) == [("-1", " disabled"), ("1", "")]
    assert re.findall(r"<button data-page=(-?\d+)( disabled)?>", last) == [("0", ""), ("2", " disabled")]
    assert first.count("<h2>") + last.count("<h2>") == PAGE_SIZE + 1
    assert await stage.list(stage.karim, page=999_999) == last


async def test_what_is_done_is_done(stage: TabStage) -> None:
    await stage.send("Jaarrekening 2025", state=EnvelopeState.WITHDRAWN, closing=Closing(a.a_party(), a.at(5)))
    words = read(await stage.list(stage.karim, turn="done"))
    assert "Klaar 1" in words
    assert "Ingetrokken · Sanne de Vries op 2 maart 2026 13:05" in words


async def test_what_people_wrote_stays_text(stage: TabStage) -> None:
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    document = a.a_document(name=f"{hostile}.pdf")
    sender = replace(a.a_party(hostile), account=stage.account(stage.sanne))
    await stage.send("x", documents=(document,), sender=sender)
    html = await stage.list(stage.karim)
    assert html.count("&lt;script&gt;") == 2
    assert "<script" not in html
    assert "<img" not in html


# --- a conversation ---


async def test_in_a_conversation_the_list_is_of_it(stage: TabStage) -> None:
    other = stage.teams.channel("slagerij", members=[stage.sanne, stage.karim])
    await stage.teams.add_app(other)
    await stage.send("Hier")
    await stage.send("Elders", room=other)
    assert "Hier.pdf" in (here := await stage.list(stage.karim, conversation=stage.room.id))
    assert "Elders.pdf" not in here
    assert "Elders.pdf" in await stage.list(stage.karim)


async def test_who_is_not_in_a_conversation_sees_nothing_of_it(stage: TabStage) -> None:
    await stage.send("Geheim")
    for turn in ("mine", "others", "done"):
        status, told = await stage.ask(stage.vera, turn=turn, conversation=stage.room.id)
        assert status == 403
        assert read(told["html"]) == (
            "U neemt niet deel aan dit gesprek, dus de taken ervan worden niet getoond. "
            "Vraag om een uitnodiging en probeer het daarna opnieuw."
        )
    stage.room.members.append(stage.vera.id)
    assert "Geheim.pdf" in await stage.list(stage.vera, turn="others", conversation=stage.room.id)
    stage.room.members.remove(stage.vera.id)  # the bot is not told, so it has to ask
    assert (await stage.ask(stage.vera, turn="others", conversation=stage.room.id))[0] == 403


async def test_the_chat_of_somebody_else_is_no_conversation_of_ones_own(stage: TabStage) -> None:
    await stage.send("Geheim")
    chat = stage.teams.personal(stage.karim)
    await stage.teams.add_app(chat)
    assert (await stage.ask(stage.vera, conversation=chat.id))[0] == 403


async def test_nobody_is_found_by_a_name_that_is_no_id(stage: TabStage) -> None:
    # The connector takes a principal name as well, which an administrator can give to somebody else.
    place = Place(Platform.TEAMS, stage.teams.tenant, stage.room.id)
    roster, account = stage.adapter._visitors._roster, stage.sanne.account
    assert await roster.find_by_object(place, str(account.object_id))
    assert await roster.find_member(place, str(account.principal))
    assert await roster.find_by_object(place, str(account.principal)) is None


async def test_where_paraaf_is_not_it_says_so(stage: TabStage) -> None:
    elsewhere = stage.teams.channel("elders", members=[stage.sanne], installed=False)
    for conversation in (elsewhere.id, "19:unknown@thread.tacv2", "?", "../../v3", "a;messageid=1"):
        status, told = await stage.ask(stage.sanne, conversation=conversation)
        assert (status, read(told["html"])) == (
            403, "Paraaf neemt niet deel aan dit gesprek. Voeg de app Paraaf eraan toe en probeer het dan opnieuw.",
        )  # fmt: skip


async def test_somebody_without_the_app_is_told_to_add_it(stage: TabStage) -> None:
    bas = stage.teams.user("bas", "Bas", app=False)
    status, told = await stage.ask(bas)
    assert status == 403
    assert "Paraaf is niet voor uzelf geïnstalleerd." in told["html"]


# --- another office ---


async def test_another_office_sees_nothing_and_names_nothing(stage: TabStage) -> None:
    ours = await stage.send("Geheim")
    molen = stage.teams.tenant_id("molen")
    greet = stage.teams.user("greet", "Greet Molenaar", tenant="molen", app=True)
    await stage.teams.add_app(stage.teams.channel("molen", members=[greet], tenant="molen"))
    await stage.teams.add_app(stage.teams.personal(greet))
    token = stage.teams.entra.sign(greet.account, molen)
    status, told = await stage.ask(greet, token=token)
    assert status == 200
    assert "Geheim" not in told["html"]
    status, told = await stage.ask(greet, token=token, conversation=stage.room.id)
    assert status == 403
    assert "Paraaf neemt niet deel aan dit gesprek." in told["html"]
    status, told = await stage.ask(greet, "press", token=token, action="view", value=ours.id)
    assert read(told["html"]) == "Dit verzoek bestaat niet meer. Vraag het kantoor het opnieuw te versturen."
    async with stage.ports.store.reading() as tx:
        assert await tx.envelopes.get(OTHER, ours.id) is None


async def test_a_tenant_of_no_office_is_told_nothing(stage: TabStage) -> None:
    stranger = stage.teams.user("vreemd", tenant="vreemd")
    token = stage.teams.entra.sign(stranger.account, stage.teams.tenant_id("vreemd"))
    assert await stage.ask(stranger, token=token) == (401, {})


# --- presses ---


async def test_carrying_out_a_task_gives_a_personal_link(stage: TabStage) -> None:
    envelope = await stage.send("Jaarrekening 2025")
    status, told = await stage.ask(stage.karim, "press", action="view", value=envelope.id)
    assert status == 200
    assert 'href="https://paraaf.example/' in told["html"]
    assert 'rel="noopener noreferrer"' in told["html"]


async def test_a_page_of_ours_is_named_for_a_dialog_and_for_a_browser(stage: TabStage) -> None:
    page = "https://paraaf.example/signing/s3cret"
    link = Text((Anchor("Openen", page),))
    router = RecordingRouter(Open(Form("sign", "Ondertekenen", (link, Divider()), "Sluiten", page=page)))
    stage.press_with(router)
    status, told = await stage.ask(stage.karim, "press", action="view", value="x", conversation=stage.room.id)
    assert (status, told["title"], told["page"], told["dialog"]) == (200, "Ondertekenen", page, f"{page}?in=teams")
    assert f'href="{page}"' in told["html"]
    press = router.only
    assert isinstance(press, Press)
    assert (press.place.channel, press.actor.account) == (stage.room.id, stage.account(stage.karim))
    assert press.actor.office_tenant == stage.teams.tenant


async def test_a_mistake_of_ours_has_a_number(stage: TabStage) -> None:
    stage.press_with(RecordingRouter(mistake=ZeroDivisionError("Jaarrekening")))
    with capture_logs() as logs:
        status, told = await stage.ask(stage.karim, "press", action="view", value="x")
    (line,) = [each for each in logs if each["event"] == "teams_tab_failed"]
    assert status == 500
    assert line["incident"] in told["html"]
    assert "Jaarrekening" not in str(logs)


async def test_whom_it_is_not_for_is_told_who_it_is_for(stage: TabStage) -> None:
    envelope = await stage.send("Jaarrekening 2025")
    mila = stage.teams.user("mila", "Mila Haddad", guest=True, app=True)
    stage.room.members.append(mila.id)
    for conversation in (None, stage.room.id):
        status, told = await stage.ask(mila, "press", action="view", value=envelope.id, conversation=conversation)
        assert (status, read(told["html"])) == (200, "Deze documenten zijn voor Karim Haddad en het kantoor.")
        assert "paraaf.example" not in told["html"]


@pytest.mark.parametrize("action", ["approve", "reject", "withdraw", "resend", "show", "", "nothing"])
async def test_nothing_else_can_be_pressed(stage: TabStage, action: str) -> None:
    envelope = await stage.send("Jaarrekening 2025")
    status, _ = await stage.ask(stage.karim, "press", action=action, value=envelope.id)
    assert status == 400


# --- what is not as it should be ---


async def test_a_bad_token_is_told_nothing(stage: TabStage) -> None:
    await stage.send("Geheim")
    assert await stage.ask(stage.karim, token=stage.token(stage.karim, age=10_000)) == (401, {})
    assert await stage.ask(stage.karim, "press", token="x", action="view", value="Geheim") == (401, {})
    async with stage.session.post(f"{stage.address}/teams/tab/tasks", json={}) as answer:
        assert (answer.status, await answer.read()) == (401, b"")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b'"x"', b"{", b'{"page":-1}', b'{"page":"1"}', b'{"page":1e300}', b'{"turn":"x"}',
        b'{"turn":["mine"]}', b'{"conversation":{}}', b'{"locale":7}', b'{"conversation":"%s"}' % (b"x" * 400),
        b"[" * 9_000, b'{"x":"%s"}' % (b"x" * 20_000), b"\xff\xfe",
    ],
    ids=lambda body: body[:20],
)  # fmt: skip
async def test_what_is_no_question_of_ours_is_refused(stage: TabStage, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {stage.token(stage.karim)}"}
    async with stage.session.post(f"{stage.address}/teams/tab/tasks", data=body, headers=headers) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("locale", ["", "xx", "nl_NL", "{locale}", "../../etc", "🙈"])
async def test_a_strange_language_does_no_harm(stage: TabStage, locale: str) -> None:
    assert "<nav" in await stage.list(stage.karim, locale=locale)


@pytest.mark.parametrize("call", ["member", "open_chat"])
async def test_an_outage_of_teams_has_words(stage: TabStage, call: str) -> None:
    stage.teams.break_next(call, Status(503))
    status, told = await stage.ask(stage.karim)
    assert status == 503
    assert "probeer het zo meteen opnieuw" in told["html"]
    assert (await stage.ask(stage.karim))[0] == 200


async def test_without_microsofts_keys_it_is_an_outage(stage: TabStage) -> None:
    stage.teams.break_next("tenant", Status(500))
    assert await stage.ask(stage.karim) == (503, {})


async def test_a_platform_that_refuses_for_good_is_no_mistake_of_ours(stage: TabStage) -> None:
    stage.teams.break_next("member", Refuse(403, "BotDisabledByAdmin"))
    assert (await stage.ask(stage.karim, conversation=stage.room.id))[0] == 403


async def test_before_the_start_and_after_the_end_it_is_an_outage(stage: TabStage) -> None:
    await stage.adapter.stop()
    assert (await stage.ask(stage.karim))[0] == 503


async def test_the_chat_with_somebody_is_asked_for_once(stage: TabStage) -> None:
    for _ in range(3):
        await stage.list(stage.karim)
    assert stage.teams.server.seen.count("open_chat") == 1
    assert stage.teams.leaks == []


async def test_a_look_at_a_tab_keeps_nobody_out_of_refreshes(stage: TabStage) -> None:
    # The roster that is remembered for cards names people by the bot's own ids, never by those of Entra.
    await stage.list(stage.karim, conversation=stage.room.id)
    place = Place(Platform.TEAMS, stage.teams.tenant, stage.room.id)
    assert (await stage.adapter.directory.takes_part(place, stage.account(stage.karim))) is True
    ids = set(stage.adapter._visitors._roster._known[place].members)
    assert ids == {stage.karim.id}


# --- the pages ---


async def test_the_page_may_be_framed_by_teams_alone_and_asks_nobody_else(stage: TabStage) -> None:
    for path in ("/teams/tab?locale=en-us&theme=dark", "/teams/tab/configure"):
        async with stage.session.get(stage.address + path) as answer:
            policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        hosts = "https://teams.microsoft.com https://*.teams.microsoft.com https://*.cloud.microsoft"
        assert policy["frame-ancestors"] == hosts
        assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'none'"
        assert policy["script-src"] == policy["connect-src"] == policy["style-src"] == "'self'"


async def test_the_page_is_in_the_language_and_theme_that_teams_names(stage: TabStage) -> None:
    async with stage.session.get(f"{stage.address}/teams/tab?locale=en-us&theme=dark") as answer:
        page = await answer.text()
    assert '<html lang="en" data-theme="dark">' in page
    assert "The tasks are being fetched" in page
    async with stage.session.get(f'{stage.address}/teams/tab?locale={{locale}}&theme="><script>') as answer:
        page = await answer.text()
    assert '<html lang="nl" data-theme="default">' in page


async def test_its_files_are_kept_by_their_content(stage: TabStage) -> None:
    async with stage.session.get(f"{stage.address}/teams/tab") as answer:
        files = re.findall(r'(?:src|href)="tab/static/([^"]+)"', await answer.text())
    assert len(files) == 3
    for file in files:
        async with stage.session.get(f"{stage.address}/teams/tab/static/{file}") as answer:
            assert answer.status == 200
            assert "immutable" in answer.headers["Cache-Control"]
    for name in ("tab.js?old", "tab.js"):
        async with stage.session.get(f"{stage.address}/teams/tab/static/{name}") as answer:
            assert answer.headers["Cache-Control"] == "no-cache"
    async with stage.session.get(f"{stage.address}/teams/tab/static/vendor/teams-js/LICENSE") as answer:
        assert answer.status == 404


async def test_without_tabs_there_are_none(
    teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore, stage: TabStage
) -> None:
    adapter = replace(stage).adapter
    adapter._settings = replace(adapter._settings, has_tabs=False)
    assert adapter.tab_routes(stage.ports) == ()


def test_a_picture_keeps_its_words() -> None:
    drawn = draw_elements([Image("https://paraaf.example/1.png?a&b", '"><script>')])
    assert drawn == '<img src="https://paraaf.example/1.png?a&amp;b" alt="&quot;&gt;&lt;script&gt;">'
