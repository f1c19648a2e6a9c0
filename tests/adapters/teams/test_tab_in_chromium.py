"""The tab in a real browser, with Microsoft's own library, in a frame of a page that answers as Teams does.

That page is at Teams' own address, though it never leaves this machine, so what is tried is the policy as it is.
"""

import json
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, FrameLocator, Page, Request, Route, ViewportSize

from bot.conversation import Open
from bot.domain.tasks import PAGE_SIZE
from cards.model import Anchor, Form, Text
from storage.sql.store import SqlStore
from tests.adapters.slack.stage import RecordingRouter
from tests.adapters.teams.tab_stage import TabStage, open_tab_stage
from tests.strict_teams import Status, StrictTeams, User

HOST = "https://teams.microsoft.com/"
SCRIPT = (Path(__file__).parent / "teams_host.js").read_text()
PHONE, DESK = ViewportSize(width=360, height=640), ViewportSize(width=1000, height=800)
PICTURES = os.environ.get("PARAAF_TEST_PICTURES")
"""A folder for pictures of the tab, to look at."""


@dataclass
class Host:
    """Teams with a tab in it, for one user."""

    stage: TabStage
    page: Page
    user: User
    tokens: list[tuple[str | None, str]] = field(default_factory=list)
    """What is told next in place of a good token: a token, or None and why there is none."""
    complaints: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    @property
    def tab(self) -> FrameLocator:
        return self.page.frame_locator("iframe")

    async def show(
        self,
        *,
        conversation: str | None = None,
        locale: str = "nl-nl",
        theme: str = "default",
        path: str = "",
        supports: dict[str, Any] | None = None,
        origin: str = HOST,
    ) -> None:
        """Open the tab."""
        query = f"?{'conversation&' if conversation else ''}locale={locale}&theme={theme}"
        context: dict[str, Any] = {"locale": locale, "theme": theme, "entityId": "tasks", "frameContext": "content"}
        if conversation:
            context["channelId" if "tacv2" in conversation else "chatId"] = conversation
        settings = {
            "url": f"{self.stage.address}/teams/tab{path}{query}",
            "context": context,
            "frameContext": "settings" if path else "content",
            "runtime": {"apiVersion": 4, "hostVersionsInfo": {}, "supports": supports or {"pages": {"config": {}}}},
        }
        html = (
            "<!doctype html><style>body{margin:0}iframe{border:0;width:100%;height:100vh;display:block}</style>"
            f"<iframe></iframe><script>const settings = {json.dumps(settings)};\n{SCRIPT}</script>"
        )
        await self.page.unroute_all()
        await self.page.route(f"{origin}**", lambda route: self._answer(route, html))
        await self.page.goto(origin)

    async def words(self) -> str:
        """What the tab shows, once nothing is under way."""
        await self.tab.locator("#tasks[aria-busy=false]").wait_for()
        return " ".join((await self.tab.locator("#tasks").inner_text()).split())

    async def heard(self, func: str) -> list[Any]:
        """What the tab told Teams with this function."""
        told: list[dict[str, Any]] = await self.page.evaluate("heard")
        return [each["args"] for each in told if each["func"] == func]

    async def change_theme(self, theme: str) -> None:
        await self.page.evaluate("theme => say({ func: 'themeChange', args: [theme] })", theme)

    async def picture(self, name: str) -> None:
        if PICTURES:
            await self.page.screenshot(path=Path(PICTURES) / f"{name}.png")

    async def tell_token(self) -> tuple[str | None, str]:
        return self.tokens.pop(0) if self.tokens else (self.stage.token(self.user), "")

    @staticmethod
    async def _answer(route: Route, html: str) -> None:
        await route.fulfill(content_type="text/html", body=html)


@pytest_asyncio.fixture(loop_scope="session")
async def stage(
    teams: StrictTeams, session: aiohttp.ClientSession, store: SqlStore, tmp_path: Path
) -> AsyncIterator[TabStage]:
    async with open_tab_stage(teams, session, store, tmp_path) as stage:
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> BrowserContext:
    return await chromium.new_context(viewport=DESK, locale="nl-NL", reduced_motion="reduce")


@pytest_asyncio.fixture(loop_scope="session")
async def host(stage: TabStage, browser: BrowserContext) -> Host:
    host = Host(stage, await browser.new_page(), stage.karim)
    await host.page.expose_function("tellToken", host.tell_token)
    host.page.on("console", lambda message: host.complaints.append(message.text))
    host.page.on("pageerror", lambda error: host.complaints.append(str(error)))
    host.page.on("request", lambda request: host.asked.append(request))  # noqa: PLW0108 - Playwright marks what it is given
    return host


async def test_the_tasks_are_shown_page_by_page(host: Host) -> None:
    for number in range(PAGE_SIZE + 1):
        await host.stage.send(f"Stuk {number:02}", due=date(2026, 3, 1 + number))
    await host.show()
    words = await host.words()
    assert words.startswith(f"Te doen {PAGE_SIZE + 1} Wacht op anderen 0 Klaar 0 Stuk 00.pdf Wacht op u · te laat")
    assert "Pagina 1 van 2" in words
    await host.picture("desk")
    await host.tab.get_by_role("button", name="Volgende").click()
    await host.tab.get_by_text(f"Stuk {PAGE_SIZE:02}.pdf").first.wait_for()
    assert "Pagina 2 van 2" in await host.words()
    await host.tab.get_by_role("button", name="Wacht op anderen").click()
    await host.tab.get_by_text("Er wacht niets op anderen.").wait_for()
    focused = await host.tab.locator(":focus").get_attribute("data-turn")
    assert focused == "others"


async def go_to(host: Host, name: str, key: str = "Tab") -> None:
    """Move the focus by the keyboard until it is on the button of this name."""
    wanted = host.tab.get_by_role("button", name=name).first
    for _ in range(12):
        if await wanted.evaluate("button => button === document.activeElement"):
            return
        await host.page.keyboard.press(key)
    raise AssertionError(f"no focus on {name}")


async def test_it_can_be_used_with_the_keyboard_alone(host: Host) -> None:
    await host.stage.send("Jaarrekening 2025")
    await host.show()
    await host.words()
    await host.tab.locator("body").press("Tab")
    await go_to(host, "Klaar")
    await host.page.keyboard.press("Enter")
    await host.tab.get_by_text("Er is nog niets klaar.").wait_for()
    await host.words()
    await go_to(host, "Te doen", "Shift+Tab")
    await host.page.keyboard.press("Enter")
    await host.tab.get_by_text("Jaarrekening 2025.pdf").first.wait_for()
    await host.words()
    await go_to(host, "Taak uitvoeren")
    await host.page.keyboard.press("Enter")
    await host.tab.get_by_role("dialog").wait_for()
    await host.page.keyboard.press("Escape")
    await host.tab.get_by_role("dialog").wait_for(state="hidden")


async def test_nothing_is_asked_of_anybody_else(host: Host) -> None:
    await host.stage.send("Jaarrekening 2025")
    await host.show()
    await host.words()
    assert {re.match(r"https?://[^/]+/", each.url)[0] for each in host.asked} <= {HOST, f"{host.stage.address}/"}  # type: ignore[index]  # every address has a host
    # One complaint alone: Microsoft's library asks its own network for a list of hosts, which the policy forbids.
    assert all("res.cdn.office.net" in each or "Failed to fetch" in each for each in host.complaints), host.complaints
    assert await host.page.context.cookies() == []


async def test_carrying_out_a_task_shows_the_links(host: Host) -> None:
    await host.stage.send("Jaarrekening 2025")
    await host.show()
    await host.words()
    await host.tab.get_by_role("button", name="Taak uitvoeren").click()
    dialog = host.tab.get_by_role("dialog")
    link = dialog.get_by_role("link").first
    assert str(await link.get_attribute("href")).startswith("https://paraaf.example/")
    assert await link.get_attribute("target") == "_blank"
    await host.picture("dialog")
    await dialog.get_by_role("button", name="Sluiten").click()
    await dialog.wait_for(state="hidden")
    assert "Jaarrekening 2025.pdf" in await host.words()


async def test_a_page_of_ours_opens_in_a_dialog_of_teams(host: Host) -> None:
    await host.stage.send("Jaarrekening 2025")
    page = "https://paraaf.example/signing/s3cret"
    form = Form("sign", "Ondertekenen", (Text((Anchor("Openen", page),)),), "Sluiten", page=page)
    host.stage.press_with(RecordingRouter(Open(form)))
    await host.show(supports={"dialog": {"url": {}}})
    await host.words()
    await host.tab.get_by_role("button", name="Taak uitvoeren").click()
    await host.page.wait_for_function("window.task")
    task = await host.page.evaluate("task")
    assert (task["url"], task["fallbackUrl"], task["title"]) == (f"{page}?in=teams", page, "Ondertekenen")
    assert await host.tab.get_by_role("dialog").count() == 0
    await host.stage.send("Aangifte IB 2025")
    await host.page.evaluate("closeTask()")  # whatever happened there, the list is fetched anew
    await host.tab.get_by_text("Aangifte IB 2025.pdf").first.wait_for()


async def test_a_client_without_dialogs_shows_the_link(host: Host) -> None:
    await host.stage.send("Jaarrekening 2025")
    page = "https://paraaf.example/signing/s3cret"
    form = Form("sign", "Ondertekenen", (Text((Anchor("Openen", page),)),), "Sluiten", page=page)
    host.stage.press_with(RecordingRouter(Open(form)))
    await host.show()
    await host.words()
    await host.tab.get_by_role("button", name="Taak uitvoeren").click()
    assert await host.tab.get_by_role("link", name="Openen").get_attribute("href") == page


async def test_a_second_click_while_the_first_is_under_way_does_nothing(host: Host) -> None:
    await host.stage.send("Jaarrekening 2025")
    await host.show()
    await host.words()
    await host.tab.get_by_role("button", name="Taak uitvoeren").dblclick()
    await host.tab.get_by_role("dialog").wait_for()
    assert len([each for each in host.asked if each.url.endswith("/press")]) == 1


async def test_in_a_conversation_it_is_about_that(host: Host) -> None:
    other = host.stage.teams.chat("overleg", members=[host.stage.sanne, host.stage.karim])
    await host.stage.teams.add_app(other)
    await host.stage.send("Hier", room=other)
    await host.stage.send("Elders")
    await host.show(conversation=other.id)
    words = await host.words()
    assert "Hier.pdf" in words
    assert "Elders.pdf" not in words


async def test_who_is_not_in_the_conversation_is_told(host: Host) -> None:
    await host.stage.send("Geheim")
    host.user = host.stage.vera
    await host.show(conversation=host.stage.room.id)
    words = await host.words()
    assert words.startswith("U neemt niet deel aan dit gesprek")
    assert "Geheim" not in await host.page.frames[1].content()
    host.stage.room.members.append(host.stage.vera.id)
    await host.tab.get_by_role("button", name="Opnieuw proberen").click()
    await host.tab.get_by_role("button", name="Wacht op anderen 1").wait_for()


async def test_a_tab_in_a_conversation_never_becomes_ones_own(host: Host) -> None:
    # Where Teams does not say which conversation it is, nothing is shown rather than everything.
    await host.stage.send("Elders")
    await host.show(conversation="x")
    await host.page.evaluate("settings.context.chatId = undefined")
    await host.page.evaluate("frame.src = frame.src + '&again'")
    await host.tab.get_by_text("Paraaf neemt niet deel aan dit gesprek.").wait_for()


async def test_it_wears_the_theme_and_changes_with_it(host: Host) -> None:
    await host.stage.send("Jaarrekening 2025", due=date(2026, 3, 1))
    await host.show(theme="dark")
    await host.words()
    body = host.tab.locator("body")
    seen = set()
    for theme in ("dark", "contrast", "default"):
        await host.change_theme(theme)
        await host.tab.locator(f"html[data-theme={theme}]").wait_for()
        await host.picture(theme)
        seen.add(await body.evaluate("body => getComputedStyle(body).backgroundColor"))
    assert seen == {"rgb(31, 31, 31)", "rgb(0, 0, 0)", "rgb(245, 245, 245)"}
    await host.change_theme("glass")
    await host.tab.locator("html[data-theme=dark]").wait_for()


async def test_it_speaks_english(host: Host) -> None:
    await host.stage.send("Jaarrekening 2025")
    await host.show(locale="en-gb")
    assert (await host.words()).startswith("To do 1 Waiting for others 0 Finished 0")
    assert await host.tab.locator("html").get_attribute("lang") == "en"


async def test_it_fits_a_phone(host: Host) -> None:
    await host.page.set_viewport_size(PHONE)
    await host.stage.send("Jaarrekening-2025-van-Haddad-Bouw-en-Ontwikkeling-B.V.-met-een-heel-lange-naam" * 3)
    await host.show()
    await host.words()
    assert await host.tab.locator("html").evaluate("html => html.scrollWidth") <= PHONE["width"]
    heights = await host.tab.locator("button:visible").evaluate_all("all => all.map(each => each.offsetHeight)")
    assert min(heights) >= 24
    await host.picture("phone")


# --- trouble ---


async def test_an_expired_token_is_told_and_can_be_mended(host: Host) -> None:
    old = host.stage.token(host.user, age=10_000)
    host.tokens += [(old, ""), (old, "")]
    await host.stage.send("Jaarrekening 2025")
    await host.show()
    assert (await host.words()).startswith("Paraaf neemt niet aan wat Teams over u vertelt: het is verlopen")
    await host.picture("expired")
    await host.tab.get_by_role("button", name="Opnieuw proberen").click()
    await host.tab.get_by_text("Jaarrekening 2025.pdf").first.wait_for()


async def test_a_token_that_expired_just_now_is_renewed_unseen(host: Host) -> None:
    host.tokens.append((host.stage.token(host.user, age=10_000), ""))
    await host.stage.send("Jaarrekening 2025")
    await host.show()
    assert "Jaarrekening 2025.pdf" in await host.words()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("resourceDisabled", "Uw organisatie laat Teams nog niet aan Paraaf vertellen wie u bent."),
        ("AADSTS65001: The user or administrator has not consented", "Uw organisatie laat Teams nog niet"),
        ("interaction_required", "Teams vertelt Paraaf niet wie u bent."),
        ("CancelledByUser", "Teams vertelt Paraaf niet wie u bent."),
    ],
)
async def test_without_a_token_it_says_what_to_do(host: Host, reason: str, words: str) -> None:
    host.tokens.append((None, f"{reason} <b>x</b>"))
    await host.show()
    told = await host.words()
    assert told.startswith(words)
    assert f"{reason} <b>x</b>" in told  # what Teams says, as text
    await host.tab.get_by_role("button", name="Opnieuw proberen").click()
    await host.tab.get_by_text("Er wacht niets op u.").wait_for()


async def test_an_outage_is_told_and_can_be_tried_again(host: Host) -> None:
    host.stage.teams.break_next("tenant", Status(500))
    await host.show()
    assert (await host.words()).startswith("Paraaf antwoordt nu niet.")
    host.stage.teams.break_next("open_chat", Status(503))
    for words in ("Paraaf antwoordt nu niet.", "Opnieuw proberen"):
        assert words in await host.words()


async def test_outside_of_teams_it_says_so(host: Host) -> None:
    await host.page.goto(f"{host.stage.address}/teams/tab")
    assert (await host.page.locator("[role=alert]").inner_text()).startswith(
        "Deze pagina werkt alleen in Microsoft Teams"
    )


async def test_nobody_but_teams_may_frame_it(host: Host) -> None:
    await host.show(origin="https://evil.example/")
    frame = host.page.frames[1]
    await host.page.wait_for_function("document.querySelector('iframe').contentDocument === null")
    assert await frame.locator("#tasks").count() == 0
    assert any("frame-ancestors" in each for each in host.complaints)
    assert await host.heard("authentication.getAuthToken") == []


# --- adding it ---


async def test_it_is_added_to_a_conversation(host: Host) -> None:
    await host.show(path="/configure")
    await host.tab.get_by_role("heading", name="Taken").wait_for()
    await host.page.wait_for_function("heard.some(each => each.func === 'settings.setValidityState' && each.args[0])")
    await host.picture("configure")
    await host.page.evaluate("say({ func: 'settings.save', args: [{}] })")
    await host.page.wait_for_function("heard.some(each => each.func === 'settings.save.success')")
    ((saved,),) = await host.heard("settings.setSettings")
    assert saved == {
        "entityId": "tasks",
        "suggestedDisplayName": "Taken",
        "contentUrl": f"{host.stage.address}/teams/tab?conversation&locale={{locale}}&theme={{theme}}",
    }
