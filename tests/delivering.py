"""A source package, what it delivered and where it is called, for tests."""

from dataclasses import replace
from typing import Any

from bot.domain.delivery import Delivery, DeliveryId, DeliveryState, Kind, SourceId, SourcePackage
from bot.domain.envelope import EnvelopeId
from bot.domain.webhooks import Webhook
from bot.ports import Store
from tests import builders as a

SOURCE = SourceId("source-1")
URL = "https://hooks.example/paraaf"


def a_source(**changes: Any) -> SourcePackage:  # noqa: ANN401 - any field
    return replace(SourcePackage(SOURCE, a.OFFICE, "twinfield", None), **changes)


def a_delivery(id_: str = "delivery-1", **changes: Any) -> Delivery:  # noqa: ANN401 - any field
    delivery = Delivery(
        id=DeliveryId(id_),
        office=a.OFFICE,
        source=SOURCE,
        key=f"key of {id_}",
        kind=Kind.ANNUAL_ACCOUNTS,
        client_number="1001",
        period="2025",
        file_name="jaarrekening.pdf",
        content=a.a_content(),
        media_type="application/pdf",
        pages=2,
        received_at=a.NOON,
        reference="JR-7",
        state=DeliveryState.SENT,
    )
    return replace(delivery, **changes)


def a_webhook(**changes: Any) -> Webhook:  # noqa: ANN401 - any field
    return replace(Webhook(SOURCE, a.OFFICE, URL, 1, a.NOON), **changes)


async def deliver(store: Store, *envelopes: str, source: SourcePackage | None = None) -> None:
    """Let a source have delivered what became these envelopes."""
    source = source or a_source()
    async with store.transaction() as tx:
        if await tx.sources.get(source.id) is None:
            await tx.sources.add(source)
        for id_ in envelopes:
            delivery = a_delivery(
                f"delivery of {id_}", envelope=EnvelopeId(id_), source=source.id, office=source.office
            )
            assert await tx.deliveries.add(delivery)
