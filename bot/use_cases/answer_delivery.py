"""Decide about a delivery that waits in the intake channel: choose what is missing, look again, or reject it."""

from dataclasses import replace

from bot.conversation import Actor, Answer, Done, Open, Press, Submission, Tell
from bot.domain.delivery import Choices, Delivery, DeliveryId, DeliveryState, Refused
from bot.domain.envelope import Party
from bot.domain.faults import Fault, InvalidInput, Problem
from bot.domain.intake_refusals import UnknownDelivery
from bot.domain.log import Happening, LogLine
from bot.domain.outline import choose_template
from bot.domain.people import Account, Client, ClientId, Contact
from bot.domain.typed_text import REASON_LENGTH, find_fault, tidy
from bot.domain.workflow import WorkflowTemplate, is_reserved, is_same_name
from bot.ports import Ports, Transaction
from bot.texts import Texts
from bot.use_cases.asked_delivery import Asked, find_person, offer_choices, read_asked, require_waiting
from bot.use_cases.draft import read_text
from bot.use_cases.intake import show_delivery
from bot.use_cases.make_conversation import HowTo, make_conversation
from bot.use_cases.settle import settle
from bot.use_cases.tell_source import tell_rejection
from bot.use_cases.who_is_this import ask_who, choose_contact, settle_contact
from bot.views import intake as views
from bot.views.making import say_absence, say_made, show_how


async def ask_choice(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The dialog. Raises `NotStaff`, `UnknownDelivery`, `DeliverySettled`."""
    asked = await read_asked(ports, press.actor, DeliveryId(press.value))
    offers = await offer_choices(ports, asked, press.actor, texts)
    return Open(views.choose_form(asked.delivery, offers, texts))


async def choose(ports: Ports, submission: Submission, texts: Texts) -> Answer:
    """Take what was chosen and look at the delivery once more, or ask first who the chosen participant is.

    Raises `InvalidInput`, and what `ask_choice` raises.
    """
    asked = await read_asked(ports, submission.actor, DeliveryId(submission.context))
    chosen = await _read_choices(ports, asked, submission)
    user = read_text(submission.values, views.CONTACT)
    remember = bool(submission.values.get(views.REMEMBER))
    client = asked.client
    if not user or client is None:
        return await _keep(ports, submission.actor, asked, chosen, remember=remember)
    person = find_person(asked, user)
    known = asked.facts.confirmed.get(person.account)
    if known is None:
        # The rest is kept before the next question, which knows of nothing but the delivery and the person.
        if chosen != Choices():
            asked = await _save_choices(ports, submission.actor, asked, chosen, remember=remember)
        context = views.write_question(asked.delivery.id, user, remember=remember)
        question = ask_who(person, client, asked.facts.contacts, context, texts)
        return Open(replace(question, id=views.IDENTIFY, submit=texts.say("Confirm")))
    return await _keep(ports, submission.actor, asked, replace(chosen, contact=known.id), remember=remember)


async def identify(ports: Ports, submission: Submission) -> Answer:
    """Record who the chosen participant is, and look at the delivery once more.

    Raises `InvalidInput`, and what `ask_choice` raises.
    """
    id_, user, remember = views.read_question(submission.context)
    asked = await read_asked(ports, submission.actor, id_)
    if asked.client is None:
        raise UnknownDelivery
    person = find_person(asked, user)
    contact = choose_contact(submission, person, asked.client, asked.facts.contacts)
    named = (person.account, contact)
    return await _keep(ports, submission.actor, asked, Choices(), remember=remember, contact=named)


async def look_again(ports: Ports, press: Press) -> Answer:
    """Look at the delivery once more: something it lacked may be there now. Raises what `ask_choice` raises."""
    asked = await read_asked(ports, press.actor, DeliveryId(press.value))
    return await _keep(ports, press.actor, asked, Choices())


async def make_client_conversation(ports: Ports, press: Press, texts: Texts) -> Answer:
    """A conversation for the client who has none, or how staff make one. Raises what `make_conversation` raises."""
    asked = await read_asked(ports, press.actor, DeliveryId(press.value))
    if asked.client is None:
        raise UnknownDelivery
    template = choose_template(asked.facts)
    role = template.sender if isinstance(template, WorkflowTemplate) else None
    made = await make_conversation(ports, press.actor, press.place, asked.client, role)
    if isinstance(made, HowTo):
        return Tell(show_how(made.client, texts, press.place.platform))
    await _save_choices(ports, press.actor, asked, Choices(), is_last=True)
    missing = [(each.name, say_absence(each.absence, each.reason, texts)) for each in made.missing]
    return Tell(say_made(asked.client, missing, texts))


async def ask_why_not(ports: Ports, press: Press, texts: Texts) -> Answer:
    """The dialog for the reason. Raises what `ask_choice` raises."""
    delivery = await require_waiting(ports, press.actor, DeliveryId(press.value))
    return Open(views.refuse_delivery_form(delivery, texts))


async def refuse_delivery(ports: Ports, submission: Submission) -> Answer:
    """Reject it for good. Raises `InvalidInput`, and what `ask_choice` raises."""
    actor, id_ = submission.actor, DeliveryId(submission.context)
    reason = tidy(read_text(submission.values, views.WHY))
    if fault := find_fault(reason, REASON_LENGTH):
        raise InvalidInput({views.WHY: fault})

    async def save() -> None:
        delivery = await require_waiting(ports, actor, id_)
        refused = Refused(actor.name, reason, ports.clock.now())
        async with ports.store.transaction() as tx:
            client = await _find_client(tx, delivery)
            await tell_rejection(tx, await tx.deliveries.save(delivery.refuse(refused)), refused.at)
            if client:
                facts = {"kind": delivery.kind, "period": delivery.period, "reason": reason}
                by, now = Party(actor.account, actor.name), ports.clock.now()
                line = LogLine(delivery.office, Happening.DELIVERY_REJECTED, by, now, client.id, facts=facts)
                await tx.log.add([line])
            await show_delivery(tx, ports, delivery)

    await settle(save)
    return Done()


async def _read_choices(ports: Ports, asked: Asked, submission: Submission) -> Choices:
    """What was chosen, but for the contact. Raises `InvalidInput` for what was not offered."""
    values = submission.values
    client, template = read_text(values, views.CLIENT), read_text(values, views.TEMPLATE)
    place = read_text(values, views.PLACE)
    places = {str(number): each.place for number, each in enumerate(asked.facts.conversations)}
    names = [each.name for each in asked.facts.templates]
    async with ports.store.reading() as tx:
        is_client = not client or await tx.people.client(asked.office.id, ClientId(client)) is not None
    faults = {
        views.CLIENT: not is_client,
        views.TEMPLATE: bool(template) and not any(is_same_name(template, name) for name in names),
        views.PLACE: bool(place) and place not in places,
    }
    if wrong := {name: Fault(Problem.UNKNOWN) for name, is_wrong in faults.items() if is_wrong}:
        raise InvalidInput(wrong)
    return Choices(
        client=ClientId(client) if client else None,
        template=template or None,
        place=places.get(place),
        sender=submission.actor.account if values.get(views.SENDER) else None,
    )


async def _keep(
    ports: Ports,
    actor: Actor,
    asked: Asked,
    chosen: Choices,
    *,
    remember: bool = False,
    contact: tuple[Account, Contact] | None = None,
) -> Answer:
    await _save_choices(ports, actor, asked, chosen, remember=remember, contact=contact, is_last=True)
    return Done()


async def _save_choices(  # noqa: PLR0913 - what somebody chose, and how far they are
    ports: Ports,
    actor: Actor,
    asked: Asked,
    chosen: Choices,
    *,
    remember: bool = False,
    contact: tuple[Account, Contact] | None = None,
    is_last: bool = False,
) -> Asked:
    """Keep what was chosen; the delivery is looked at once more after the last question."""

    async def save() -> Asked:
        delivery = await require_waiting(ports, actor, asked.delivery.id)
        if is_reserved(delivery.kind):
            raise UnknownDelivery  # no card of ours offers that
        by = Party(actor.account, actor.name)
        async with ports.store.transaction() as tx:
            choices = chosen
            if contact and asked.client:
                account, named = contact
                choices = replace(chosen, contact=await settle_contact(tx, ports, asked.client, account, named, by))
            changed = delivery.choose(choices)
            saved = await tx.deliveries.save(changed if is_last else replace(changed, state=DeliveryState.WAITING))
            if remember:
                await tx.deliveries.keep_rule(delivery, choices)
            client = await _find_client(tx, saved)
            if client and choices != Choices():
                told, now = _tell(choices, client, remember=remember), ports.clock.now()
                await tx.log.add([LogLine(saved.office, Happening.DELIVERY_CHOSEN, by, now, client.id, facts=told)])
            await show_delivery(tx, ports, saved)
        return replace(asked, delivery=saved)

    return await settle(save)


async def _find_client(tx: Transaction, delivery: Delivery) -> Client | None:
    if delivery.choices.client:
        return await tx.people.client(delivery.office, delivery.choices.client)
    return await tx.people.client_by_number(delivery.office, delivery.client_number)


def _tell(choices: Choices, client: Client, *, remember: bool) -> dict[str, str]:
    """What was chosen, as the log has it."""
    facts = {
        "client": client.number if choices.client else "",
        "template": choices.template or "",
        "channel": choices.place.channel if choices.place else "",
        "contact": choices.contact or "",
        "lasting": "yes" if remember else "",
    }
    return {name: value for name, value in facts.items() if value}
