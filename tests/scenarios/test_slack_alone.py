"""What Slack alone has: file inputs, user groups, addresses that Slack confirms, messages that are found again.

Teams differs: dialogs have no file input (an upload page takes its place), a bot is told of no user groups, guests'
addresses are nobody's word, and a message that may have arrived cannot be looked up.
"""

from datetime import timedelta

from tests.documents import make_pdf
from tests.scenarios.scene import Scene, narrow_staff, on
from tests.strict_slack import Drop, StrictSlack

pytestmark = on("slack")


async def test_an_upload_is_filed_and_sent(scene: Scene, slack: StrictSlack) -> None:
    upload = slack.file("F0NIEUW", "Opdrachtbevestiging.pdf", make_pdf(pages=3))
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, uploads=[upload], signer=scene.karim.id).submit()
    await scene.settled()

    card = await scene.message("Opdrachtbevestiging.pdf")
    assert "3 pagina" in card.words


async def test_an_upload_that_is_gone_is_told_to_the_sender(scene: Scene, slack: StrictSlack) -> None:
    upload = slack.file("F0WEG", "Weg.pdf", make_pdf())
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    upload.deleted = True
    await scene.sanne.fill(form, uploads=[upload], signer=scene.karim.id).submit()
    await scene.settled()

    told = await scene.sanne.told("Weg.pdf is er niet meer")
    assert "Upload" in told.words
    assert not scene.room.messages


async def test_a_contact_with_the_confirmed_address_is_preselected(unlinked: Scene, slack: StrictSlack) -> None:
    noor = slack.user("U0NOOR", "N. Haddad", email="KARIM@bakker.example", guest=True)
    unlinked.room.members.append(noor.id)
    form = await unlinked.link_and_compose()
    assert form.chosen("signer") == [noor.id]
    await unlinked.sanne.fill(form, documents=["Aangifte IB 2025.pdf"]).submit()
    question = await unlinked.sanne.view("confirm_signer")

    assert "N. Haddad (KARIM@bakker.example)" in question.words
    [chosen] = question.chosen("contact")
    assert "Karim Haddad" in question.options("contact")[chosen]


async def test_an_address_that_nobody_confirmed_counts_for_nothing(unlinked: Scene, slack: StrictSlack) -> None:
    noor = slack.user("U0NOOR", "Noor", email="karim@bakker.example", email_confirmed=False, guest=True)
    unlinked.room.members.append(noor.id)
    form = await unlinked.link_and_compose()

    assert not form.chosen("signer")


async def test_a_colleague_outside_the_conversation_sends_nothing_in_it(scene: Scene, slack: StrictSlack) -> None:
    await slack.user("U0VERA").command("/sign", "C0BAKKER")

    await scene.vera.told("Vera de Boer neemt nu niet deel aan dit gesprek")
    assert not scene.vera.views


async def test_an_office_can_narrow_staff_to_a_user_group(scene: Scene, slack: StrictSlack) -> None:
    await narrow_staff(scene, staff_group="S0STAF")
    slack.group("S0STAF", [slack.user(scene.bas.id)])

    await scene.sign(scene.sanne)
    await scene.sanne.told("Alleen teamleden van Kantoor De Linde")
    await scene.sign(scene.bas)
    await scene.bas.view("send")


async def test_paraaf_outside_the_conversation_says_that_it_must_be_invited(scene: Scene, slack: StrictSlack) -> None:
    elsewhere = slack.channel(
        "C0ELDERS", members=[slack.user("U0SANNE"), slack.user("U0KARIM")], private=True, bot=False
    )
    await slack.user("U0SANNE").command("/sign", elsewhere)
    await scene.sanne.told("/invite @Paraaf")


async def test_a_workspace_without_office_gets_a_clear_answer(scene: Scene, slack: StrictSlack) -> None:
    await scene.send("Aangifte IB 2025.pdf")
    payload = slack.user("U0SANNE").press_payload(slack.room(scene.room.id).messages[-1], "Goedkeuren")
    payload["team"] = {"id": "T0VREEMD", "domain": "vreemd"}
    await slack.delivery.deliver(payload, form=False)
    await scene.sanne.told("Bij deze organisatie hoort in Paraaf nog geen kantoor")


async def test_paraaf_outside_a_public_conversation_says_so_before_anything_is_sent(
    scene: Scene, slack: StrictSlack
) -> None:
    scene.room.members.remove(slack.workspace.bot_user)
    await scene.sign(scene.sanne)
    await scene.sanne.told("/invite @Paraaf")


async def test_a_card_that_may_have_arrived_is_not_posted_twice(scene: Scene, slack: StrictSlack) -> None:
    slack.break_next("chat.postMessage", Drop(done=True))
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    await scene.settled(skipping=timedelta(seconds=1))

    assert len(scene.room.messages) == 1
    await scene.karim.press(scene.room.messages[0], "Goedkeuren")
    await scene.karim.fill(await scene.karim.view("approve"), place="Utrecht").submit()
    await scene.settled()
    assert "Ondertekend" in scene.room.messages[0].words


async def test_a_replayed_submission_is_refused_and_told_nothing(scene: Scene, slack: StrictSlack) -> None:
    await scene.sign(scene.sanne)
    form = await scene.sanne.view("send")
    await scene.sanne.fill(form, documents=["Aangifte IB 2025.pdf"], signer=scene.karim.id).submit()
    last = slack.delivery.last
    assert last
    replayed = await slack.delivery.send(last)
    assert (replayed.status, replayed.text) == (409, "")


async def test_everybody_sees_the_same_buttons(scene: Scene) -> None:
    card = await scene.send("Aangifte IB 2025.pdf")
    assert card.labels == [
        "Bekijken",
        "Goedkeuren",
        "Afkeuren",
        "Doorsturen",
        "Herinner nu",
        "Intrekken",
        "Transactielog",
    ]


async def test_who_is_refused_gets_no_window(scene: Scene) -> None:
    await scene.sign(scene.mila)
    await scene.mila.told("Alleen teamleden van Kantoor De Linde")
    assert not scene.mila.views


async def test_ondertekenen_is_the_same_command(scene: Scene, slack: StrictSlack) -> None:
    await slack.user("U0SANNE").command("/ondertekenen", "C0BAKKER")
    await scene.sanne.view("send")


async def test_a_user_group_that_is_gone_is_no_reason_to_invite_paraaf(scene: Scene) -> None:
    await narrow_staff(scene, staff_group="S0GONE")
    await scene.sign(scene.sanne)
    told = await scene.sanne.told("Het chatplatform weigert dit")
    assert "/invite" not in told.words
