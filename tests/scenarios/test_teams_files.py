"""Files in Teams: a message's by Graph, one's own by the upload page, and what must not happen to either (attack 3)."""

import aiohttp
import pytest

from tests.documents import make_pdf
from tests.scenarios.scene import Scene, on
from tests.strict_teams import File, StrictTeams, User

pytestmark = on("teams")


@pytest.fixture
def sanne(scene: Scene) -> User:
    assert isinstance(scene.sanne, User)
    return scene.sanne


async def send_file_of_message(scene: Scene, sanne: User, file: File) -> None:
    message = scene.chat.say(scene.karim, scene.room, "Hierbij", files=[file])
    await scene.chat.sign_message(sanne, message)
    await sanne.fill(await sanne.view("send"), signer=scene.karim.id).submit()
    await scene.settled()


@pytest.mark.parametrize("trouble", ["refused", "no consent", "login page", "elsewhere"])
async def test_a_file_that_microsoft_does_not_give_is_asked_for_itself(
    scene: Scene, teams: StrictTeams, sanne: User, trouble: str
) -> None:
    file = teams.file("Polis.pdf", make_pdf())
    if trouble == "refused":
        file.refused = True
    elif trouble == "no consent":
        teams.world.graph_tenants.clear()
    elif trouble == "login page":
        file.shows_login = True
    else:
        file.redirect = "http://169.254.169.254/latest/meta-data/"
    await send_file_of_message(scene, sanne, file)
    assert "Upload het bestand zelf" in (await sanne.told("Polis.pdf")).words
    assert len(scene.room.messages) == 1
    assert not teams.leaks


@pytest.mark.parametrize("target", ["http://127.0.0.1:1/", "http://[::ffff:10.0.0.1]/", "https://evil.example/x"])
async def test_no_redirect_leads_anywhere_else(scene: Scene, teams: StrictTeams, sanne: User, target: str) -> None:
    file = teams.file("Polis.pdf", make_pdf())
    file.redirect = target
    await send_file_of_message(scene, sanne, file)
    await sanne.told("Upload het bestand zelf")


async def test_the_token_goes_to_graph_and_not_to_the_file(scene: Scene, teams: StrictTeams, sanne: User) -> None:
    await send_file_of_message(scene, sanne, teams.file("Polis.pdf", make_pdf(pages=4)))
    assert "4 pagina" in (await scene.message("Polis.pdf")).words
    assert not teams.leaks
    assert {"graph", "download"} <= set(teams.server.seen)


async def test_an_upload_over_the_page_is_found_and_sent(scene: Scene, sanne: User) -> None:
    await scene.sign(scene.sanne)
    form = await sanne.view("send")
    [page] = [link for link in form.links if "/uploads/" in link]
    body = aiohttp.FormData()
    body.add_field("files", make_pdf(pages=3), filename="Opdracht.pdf", content_type="application/pdf")
    async with aiohttp.ClientSession(headers={"Accept-Language": "nl"}) as session:
        async with session.get(page) as shown:
            assert (shown.status, "Bakker B.V." in await shown.text()) == (200, True)
        async with session.post(page, data=body) as taken:
            assert taken.status == 200, await taken.text()
    await sanne.search(form, "more_documents", "opdracht")
    await sanne.fill(form, more_documents=["Opdracht.pdf"], signer=scene.karim.id).submit()
    await scene.settled()
    assert "3 pagina" in (await scene.message("Opdracht.pdf")).words


async def test_a_file_in_the_chat_with_paraaf_goes_to_the_dossier_that_staff_choose(
    scene: Scene, teams: StrictTeams, sanne: User
) -> None:
    personal = teams.personal(sanne)
    await teams.add_app(personal, by=sanne)
    await sanne.send_file(teams.file("Polis.pdf", make_pdf(pages=4)))
    await teams.until(lambda: [each for each in sanne.direct_messages if "Opslaan in een dossier" in each.words])
    form = sanne.look_into(sanne.direct_messages[-1])
    assert "Polis.pdf" in form.words
    await sanne.fill(form, client="1001 · Bakker B.V.").submit()
    await scene.settled()

    card = await scene.send("Polis.pdf")
    assert "4 pagina" in card.words


async def test_in_the_chat_with_paraaf_there_is_nobody_to_ask(scene: Scene, teams: StrictTeams, sanne: User) -> None:
    personal = teams.personal(sanne)
    await teams.add_app(personal, by=sanne)
    await sanne.command("sign", personal)
    await teams.until(lambda: [each for each in sanne.direct_messages if "niemand die kan ondertekenen" in each.words])


async def test_a_client_brings_nothing_to_a_dossier(scene: Scene, teams: StrictTeams) -> None:
    mila = scene.mila
    assert isinstance(mila, User)
    personal = teams.personal(mila)
    await teams.add_app(personal, by=mila)
    await mila.send_file(teams.file("Polis.pdf", make_pdf()))
    await teams.until(lambda: [each for each in mila.direct_messages if "Alleen teamleden" in each.words])
