"""The transaction log and the dossier log: who may read them, what they say, and the page behind them."""

import re
from datetime import timedelta

import aiohttp

from tests.scenarios.chat import View
from tests.scenarios.scene import Scene, narrow_staff

REASON = "Het bedrag klopt niet: <!channel> & <script>alert(1)</script>"
_LINK = re.compile(r"/logs/[\w-]+(?:\?[\w=&%:.+-]+)?")


def link_in(view: View) -> str:
    """The path of the page that a dialog links to."""
    return str(_LINK.findall(str(view.body))[0])


async def read(scene: Scene, path: str) -> tuple[int, str]:
    headers = {"Accept-Language": "nl"}
    async with aiohttp.ClientSession(headers=headers) as session, session.get(scene.address + path) as answer:
        return answer.status, (await answer.read()).decode(errors="replace")


async def open_log(scene: Scene) -> View:
    """Sanne has the dossier log open."""
    await scene.sign(scene.sanne, "log")
    return await scene.sanne.view("dossier_log")


async def reject(scene: Scene, document: str = "Aangifte IB 2025.pdf", reason: str = REASON) -> object:
    card = await scene.send(document)
    await scene.karim.press(card, "Afkeuren")
    await scene.karim.fill(await scene.karim.view("reject"), reason=reason).submit()
    await scene.settled()
    return card


async def test_staff_and_the_signer_read_what_happened_to_a_request(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    await scene.karim.press(card, "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()

    for reader in (scene.bas, scene.karim):
        await reader.press(card, "Transactielog")
        dialog = await reader.view(containing="Ter ondertekening verstuurd")
        words = dialog.words
        assert words.index("Goedgekeurd") < words.index("Ter ondertekening verstuurd")  # the newest first
        assert "Utrecht (opgegeven)" in words
        assert "Akkoordtekst: versie 1 (nl)" in words
        assert "Europe/Amsterdam\n" in words
        assert " UTC" in words
        assert re.search(r"Aangifte IB 2025\.pdf \(SHA-256 [0-9a-f]{12}…\)", words)
        status, page = await read(scene, link_in(dialog))
        assert status == 200
        assert reader.name in page
        await reader.close(dialog)


async def test_everybody_else_is_told_whose_log_it_is(scene: Scene) -> None:
    card = await reject(scene)
    await scene.chat.press_early(scene.mila, card, "Transactielog")
    told = await scene.mila.told("Dit log is voor Karim Haddad en het kantoor")
    assert "/logs/" not in told.words
    assert not scene.mila.views


async def test_staff_read_the_dossier_log_and_filter_it(scene: Scene) -> None:
    await reject(scene)
    await scene.send("Balans 2025.pdf")
    view = await open_log(scene)
    assert "1001 · Bakker B.V." in view.words
    assert REASON in view.words
    assert "Balans 2025.pdf" in view.words
    assert set(view.options("person").values()) == {"Iedereen", "Sanne de Vries", "Karim Haddad"}

    view = await scene.sanne.fill(view, person="Karim Haddad").submit()
    assert REASON in view.words
    assert "Balans 2025.pdf" not in view.words
    assert view.chosen("person") == [scene.karim.id]
    view = await scene.sanne.fill(view, person="Iedereen", status="Open").submit()
    assert "Balans 2025.pdf" in view.words
    assert REASON not in view.words
    status, page = await read(scene, link_in(view).replace("amp;", ""))
    assert status == 200
    assert "Balans 2025.pdf" in page
    assert "Aangifte IB 2025.pdf" not in page

    today = scene.clock.today()
    view = await scene.sanne.fill(view, status="Elke status", since=today - timedelta(9), until=today).submit()
    assert REASON in view.words
    view = await scene.sanne.fill(view, since=today - timedelta(30), until=today - timedelta(9)).submit()
    assert "Hier staat niets." in view.words
    view = await scene.sanne.fill(view, since=today, until=today - timedelta(9)).submit()
    assert "begindag" in view.errors["until"]


async def test_a_signer_reads_their_own_requests_in_this_conversation(scene: Scene) -> None:
    """A guest, since people of another organisation have no commands in Slack."""
    await reject(scene)
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=["Balans 2025.pdf"], signer=scene.mila.id).submit()
    await scene.sanne.fill(await scene.sanne.view("confirm_signer"), contact="new").submit()
    await scene.settled()
    await scene.sign(scene.mila, "log")
    view = await scene.mila.view(containing="Uw verzoeken in dit gesprek")
    assert "Balans 2025.pdf" in view.words
    assert REASON not in view.words
    status, page = await read(scene, link_in(view))
    assert status == 200
    assert "Balans 2025.pdf" in page
    assert "Aangifte IB 2025.pdf" not in page


async def test_a_guest_who_signs_nothing_reads_no_log(scene: Scene) -> None:
    await reject(scene)
    await scene.sign(scene.mila, "log")
    await scene.mila.told("Alleen teamleden van Kantoor De Linde")
    assert not scene.mila.views


async def test_who_left_the_conversation_or_the_staff_reads_no_dossier_log(scene: Scene) -> None:
    card = await reject(scene)
    view = await open_log(scene)
    scene.room.members.remove(scene.sanne.id)
    await scene.sanne.fill(view, person="Karim Haddad").submit()
    await scene.sanne.view(containing="neemt nu niet deel aan dit gesprek")
    scene.room.members.append(scene.sanne.id)

    for open_view in list(scene.sanne.views):
        await scene.sanne.close(open_view)
    view = await open_log(scene)
    await narrow_staff(scene, staff_accounts=frozenset({"bas@linde.example"}))
    await scene.sanne.fill(view, person="Karim Haddad").submit()
    await scene.sanne.view(containing="Alleen teamleden van Kantoor De Linde")
    await scene.chat.press_early(scene.sanne, card, "Transactielog")
    await scene.sanne.told("Dit log is voor Karim Haddad en het kantoor")


async def test_a_conversation_without_a_client_has_no_log(unlinked: Scene) -> None:
    await unlinked.sign(unlinked.sanne, "log")
    await unlinked.sanne.told(unlinked.chat.spell("koppel"))


async def test_a_link_ends_after_an_hour_and_says_how_to_get_another(scene: Scene) -> None:
    await reject(scene)
    path = link_in(await open_log(scene))
    assert (await read(scene, path))[0] == 200
    scene.clock.move(timedelta(hours=1, seconds=1))
    for address, code, words in ((path, 410, "verlopen"), ("/logs/verzonnen", 404, "niet geldig")):
        status, page = await read(scene, address)
        assert status == code
        assert words in page
        assert "/sign log" in page
        assert "Aangifte" not in page


async def test_a_long_log_shows_the_newest_and_says_where_the_rest_is(scene: Scene) -> None:
    for number in range(12):
        await reject(scene, reason=f"Reden {number:02} " + "&<>😀" * 390)
    view = await open_log(scene)
    assert "Reden 11" in view.words
    assert "Reden 00" not in view.words
    assert "nieuwste regel" in view.words
    status, page = await read(scene, link_in(view))
    assert status == 200
    assert "Reden 00" in page
