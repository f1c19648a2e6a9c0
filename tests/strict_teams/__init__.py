"""A Microsoft Teams that checks what it is documented to check, for tests of everything that talks to Teams.

On 127.0.0.1 it serves the connector (conversations, activities, rosters), the login (Bot Framework signing keys, Entra
tokens), Graph's shared files and their pre-authorised downloads. It is the client as well: people mention the bot, use
its message extension, press buttons and fill in dialogs, and their activities reach the bot signed, like Teams' own.

    async with StrictTeams() as teams:
        sanne = teams.user("sanne", "Sanne de Vries", email="sanne@linde.example")     # a member of `teams.tenant`
        karim = teams.user("karim", "Karim Haddad", tenant="bakker")                   # someone of another tenant
        mila = teams.user("mila", "Mila Haddad", guest=True)                           # also: anonymous=, bot=
        room = teams.channel("bakker", members=[sanne, karim, mila])                   # the app is installed in it
        settings = …(teams.app_id, teams.password, tenant=teams.app_tenant, login=teams.login_url,
                     metadata=teams.metadata_url, graph=teams.graph_url, hosts={teams.host, teams.file_host})
        teams.connect("http://127.0.0.1:3978/api/messages")                            # where the bot listens

        await sanne.compose("sign", room)                                  # the message extension in the compose box
        form = await sanne.view("send")                                    # waits until it is open
        await sanne.fill(form, documents=["Jaarrekening.pdf"], signer=karim.id).submit()
        card = await teams.message(room, "Jaarrekening")                   # waits until it is posted
        assert "Taak uitvoeren" in (await karim.sees(card)).words          # a viewer's own view, after its refresh
        await karim.press(card, "Goedkeuren")                              # by label, on what this person sees
        view = await karim.fill(await karim.view("approve"), place="Utrecht").submit()
        assert not view.errors and not karim.views
        refusal = await sanne.told("Alleen Karim")                         # waits for words for this person alone

The world. A person has a key, and so has a conversation; ids follow from it: `sanne.id` is `29:…`, `room.id` is `19:…`,
`teams.tenant_id("bakker")` is a GUID. `teams.channel(key, shared=True)` is hosted by the office and holds people of
other tenants, whose activities name their own tenant in `channelData`; `teams.chat(key)` is a group chat, which has no
threads; `teams.personal(sanne)` is the chat with the bot. `tenant="molen"` puts a conversation into another office's
tenant. The app is in a conversation unless `installed=False`, and everybody of the office's tenant has it installed
for themselves unless `teams.user(…, app=False)`. `sanne.block()`: writing to her is refused with 403.
`await teams.add_app(room)`, `.remove_app(room)`, `.join(room, user)`, `.leave(room, user)` tell the bot;
`room.members.remove(user.id)` does not.

Looking: `room.messages`; of a message `words, labels, buttons, pings, links, thread, edits, alerts, summary`; of a view
`words, inputs, errors, options(input), chosen(input)`; of a user `views, ephemerals, direct_messages`; `teams.calls`,
`teams.calls_of("post")`, `await teams.until(look)`, `await teams.settled()` (no refresh under way).

Doing: `user.command("sign", room)` mentions the bot (in a personal chat it needs no mention), `.compose(command, room)`
and `.shortcut(command, message)` use the message extension, `.press`, `.fill(…).submit()`, `.close(view)`,
`.search(view, input, text)`, `.send_file(file)` in the personal chat, `.look(message)` brings a card into view again;
`.press(message, label, early=True)` presses what everybody sees, before the view of their own has come.
`.hold_press(message, label)` and `.fill(…).hold()` are under way until their `release()`. `user.on("phone")` is the
same person at another client, with views of its own; `user.on_old_client()` knows no Action.Execute and no refresh.
`teams.say(user, room, text, files=[…])`, `teams.file(name, bytes)`.

Views. A dialog (`task/fetch`, the message extension) is a view, and so is a card that came back from a press without
`refresh`: the viewer's own, until the message changes. A view's `form_id` is what its submit action carries. A card
with `refresh` is asked for by an automatic invoke for each listed user after every post and update, and what comes back
is seen by that person alone. What goes wrong in these fails the test at the next `await` on this Teams, or at its end.

Strictness: a bot that does not answer within 5 s with 200 and a body of the right shape raises `NotAcknowledged`. The
connector refuses (400) text beside a card, two attachments, cards that are no Adaptive Card 1.5 as Teams takes it, a
recipient without `isTargetedActivity`; and knows 401, 403, 404, 413, 405. Tokens are checked everywhere: for whom they
were issued, and that they reach no other host: `teams.leaks` is empty unless one did.

Trouble, by the name of a call (`post update delete open_chat members member whisper token metadata keys graph
download tenant tenant_keys`): `teams.break_next("post", RateLimit(30), Status(502),
Refuse(412, "PreconditionFailed"), Drop(done=True))`, `Hold(event)`; `teams.break_always(…, fault)` until
`teams.repair()`. `teams.targeted = False`: no targeted messages. `teams.login.rotate()` signs with a new key,
`teams.login.keys` are those told; `file.deleted`, `.redirect`, `.refused`; `teams.revoke_tokens()`. Tampering:
`teams.delivery.sign(activity, age=…, key=…, alg=…, claims={…})`, `.send(sent)`, `.last` (to replay it),
`.deliver(activity)`, `user.activity("message", room, …)`.

Tabs: `teams.entra.sign(user.account, teams.tenant, …)` is a person's own token, as Teams gets it for a page.
"""

from tests.strict_teams.facts import (
    Account,
    ClientRefuses,
    File,
    Message,
    NotAcknowledged,
    Room,
    View,
)
from tests.strict_teams.forms import Form, Held
from tests.strict_teams.people import User
from tests.strict_teams.server import Refuse
from tests.strict_teams.teams import StrictTeams
from tests.troubles import Drop, Hold, RateLimit, Status

__all__ = [
    "Account",
    "ClientRefuses",
    "Drop",
    "File",
    "Form",
    "Held",
    "Hold",
    "Message",
    "NotAcknowledged",
    "RateLimit",
    "Refuse",
    "Room",
    "Status",
    "StrictTeams",
    "User",
    "View",
]
