"""A Slack that checks what it is documented to check, for tests of everything that talks to Slack.

It serves the Web API, private files, response URLs and Socket Mode on 127.0.0.1, and it is the client as well: people
type commands, press buttons and fill in modals, and their requests reach the app signed, like Slack's own.

    async with StrictSlack() as slack:
        sanne = slack.user("U0SANNE", "Sanne de Vries", email="sanne@kantoor.example")
        karim = slack.user("U0KARIM", "Karim Haddad", team="T0BAKKER")     # someone of another organisation
        room = slack.channel("C0BAKKER", members=[sanne, karim])           # the app is a member too
        settings = SlackSettings(slack.signing_secret, slack.bot_token, api_url=slack.api_url)
        ...                                                                # serve the routes of SlackAdapter
        slack.connect("http://127.0.0.1:3000/slack/events")                # leave out for Socket Mode

        await sanne.command("/sign", room)
        form = await sanne.view("send")                                    # waits until it is open
        await sanne.fill(form, documents=["Jaarrekening.pdf"], signer="Karim Haddad").submit()
        card = await slack.message(room, "Jaarrekening")                   # waits until it is posted
        await karim.press(card, "Goedkeuren")                              # by label or by action_id
        view = await karim.fill(await karim.view("approve"), place="Utrecht").submit()
        assert not view.errors and not karim.views
        refusal = await sanne.told("Alleen Karim")                         # waits for a private message

Looking: `room.messages`; of a message `words, labels, buttons, links, pings, edits, thread`; of a view `words, inputs,
errors, options(input), chosen(input)`; of a user `ephemerals, direct_messages, views`; `slack.calls`,
`slack.calls_of(method)`, `await slack.until(look)`. `await user.open_home()`, then `await user.home(words)` has
`words, labels, published`, and its buttons are pressed like those of a message.

Doing: `user.command, press, shortcut, fill(…).submit, search(view, input_id, text), close(view)`;
`slack.say(user, room, text, files=[…])`, `slack.file(id, name, bytes)`; files of the app are in `message.files`, with
their `name, title, content`. What the real client would not let a person do
raises `ClientRefuses`: a command from another organisation, a missing required input, a text that is too long, an
option that is not offered. `user.hold_press(message, button)` and `fill(…).hold()` are under way until `release()`.

Strictness: an app that does not acknowledge within 3 s, with 200 and a body that Slack takes, raises `NotAcknowledged`.
The Web API refuses wrong tokens, missing scopes (`StrictSlack(scopes=SCOPES - {"files:read"})`), conversations the app
is not in, blocks and views beyond the limits, used triggers, triggers older than 3 s and a fourth view on the stack.
Time passes only with `slack.clock.advance(seconds)`.

Trouble: `slack.break_next("chat.postMessage", RateLimit(30), Status(503), Refuse("fatal_error"), Drop(done=True))`, or
`Hold(event)` to keep a call waiting. Tampering: `slack.delivery.sign(payload, age=…, secret=…)`, `.send(sent)`,
`.last` (to replay it), `user.press_payload(message, button)`, `user.view_payload(kind, view, values)`.
"""

from tests.strict_slack.facts import SCOPES, ClientRefuses, File, Home, Message, NotAcknowledged, Room, View
from tests.strict_slack.forms import Form, Held
from tests.strict_slack.people import User
from tests.strict_slack.server import Refuse
from tests.strict_slack.slack import StrictSlack
from tests.troubles import Drop, Hold, RateLimit, Status

__all__ = [
    "SCOPES",
    "ClientRefuses",
    "Drop",
    "File",
    "Form",
    "Held",
    "Hold",
    "Home",
    "Message",
    "NotAcknowledged",
    "RateLimit",
    "Refuse",
    "Room",
    "Status",
    "StrictSlack",
    "User",
    "View",
]
