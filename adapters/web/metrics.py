"""What Paraaf counts about itself, for Prometheus; no names, no addresses."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from math import nan
from time import perf_counter

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.conversation import Answer, Done, Interaction, Router, Submission
from bot.domain.envelope import Answer as DecidedAnswer
from bot.domain.errors import StoreUnavailable
from bot.domain.evidence import Lag
from bot.domain.outgoing import COUNTED, Backlog, Errand
from bot.domain.people import Platform
from bot.domain.reminders import is_office_time
from bot.ports import Ports
from bot.use_cases.deliver import Outcome
from bot.views import forms

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0)
"""Up to the 3 s in which Slack wants its acknowledgement."""
_PLATFORMS = {"/slack/events": Platform.SLACK, "/api/messages": Platform.TEAMS}
_ANSWERS = {forms.APPROVE: DecidedAnswer.APPROVED, forms.REJECT: DecidedAnswer.REJECTED}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Metrics:
    """Every count of this process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.acknowledgement = Histogram(
            "paraaf_acknowledgement_seconds",
            "From a platform's request to its acknowledgement.",
            ("platform",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.deliveries = Counter(
            "paraaf_deliveries",
            "Attempts to deliver, by how they ended.",
            ("errand", "outcome"),
            registry=self.registry,
        )
        self.decisions = Counter("paraaf_decisions", "Answers of signers.", ("answer",), registry=self.registry)
        self.depth = Gauge(
            "paraaf_outbox_depth", f"Messages that wait for delivery, counted up to {COUNTED}.", registry=self.registry
        )
        self.age = Gauge(
            "paraaf_outbox_age_seconds", "Since when the oldest message that is due waits.", registry=self.registry
        )
        self.reminders_due = Gauge(
            "paraaf_reminders_due", f"Reminders that are due, counted up to {COUNTED}.", registry=self.registry
        )
        self.reminders_late = Gauge(
            "paraaf_reminders_late_seconds",
            "Since when the oldest of them waits; 0 outside office hours, in which nobody is reminded.",
            registry=self.registry,
        )
        self.reminders = Counter("paraaf_reminders", "Reminders put on their way.", registry=self.registry)
        self.expiry_late = Gauge(
            "paraaf_expiry_late_seconds",
            "Since when the oldest request whose expiry passed waits to be closed.",
            registry=self.registry,
        )
        self.expired = Counter("paraaf_expired", "Requests that this process found expired.", registry=self.registry)
        self.recorded = Counter(
            "paraaf_evidence_recorded", "Events whose receipt this process saved.", registry=self.registry
        )
        self.evidence_owed = Gauge(
            "paraaf_evidence_owed", "Events that wait for their entry in the evidence.", registry=self.registry
        )
        self.evidence_refused = Gauge(
            "paraaf_evidence_refused", "Those of them that the evidence did not take.", registry=self.registry
        )
        self.evidence_lag = Gauge(
            "paraaf_evidence_lag_seconds", "Since when the oldest of them waits.", registry=self.registry
        )
        self.timestamps_owed = Gauge(
            "paraaf_timestamps_owed",
            "Offices whose evidence waits for a timestamp that could not be had.",
            registry=self.registry,
        )
        self.cosignatures_owed = Gauge(
            "paraaf_cosignatures_owed",
            "Offices whose evidence waits for a cosignature that could not be had.",
            registry=self.registry,
        )
        for answer in DecidedAnswer:
            self.decisions.labels(answer.value)  # 0 is a count as well
        for platform in Platform:
            self.acknowledgement.labels(platform.value)
        for outcome in Outcome:
            self.deliveries.labels(Errand.SHOW_CARD.value, outcome.value)

    def watch_evidence(self, timestamps: Callable[[], float], cosignatures: Callable[[], float]) -> None:
        """Show what these tell, whenever the metrics are asked for."""
        self.timestamps_owed.set_function(timestamps)
        self.cosignatures_owed.set_function(cosignatures)

    def tell_lag(self, lag: Lag | None, now: datetime) -> None:
        """Show what is owed to the evidence; None where that is not known, which is not 0."""
        self.evidence_owed.set(lag.owed if lag else nan)
        self.evidence_refused.set(lag.refused if lag else nan)
        waits = (now - lag.oldest).total_seconds() if lag and lag.oldest else 0.0
        self.evidence_lag.set(max(waits, 0.0) if lag else nan)

    def tell_outbox(self, backlog: Backlog | None, now: datetime) -> None:
        """Show what waits for delivery; None where that is not known."""
        self.depth.set(backlog.waiting if backlog else nan)
        self.age.set(_find_age(backlog, now))

    def tell_reminders(self, backlog: Backlog | None, now: datetime) -> None:
        """Show which reminders are due; None where that is not known."""
        self.reminders_due.set(backlog.waiting if backlog else nan)
        self.reminders_late.set(_find_age(backlog, now) if backlog is None or is_office_time(now) else 0.0)

    def tell_expiry(self, since: datetime | None, now: datetime, *, is_known: bool = True) -> None:
        """Show since when the oldest request that expired waits, None where none does; unless that is not known."""
        self.expiry_late.set(_find_age(Backlog(0, since) if is_known else None, now))

    def count_delivery(self, errand: Errand, outcome: Outcome) -> None:
        """Count one attempt at a delivery."""
        self.deliveries.labels(errand.value, outcome.value).inc()

    def count_reminders(self, number: int) -> None:
        """Count reminders that were put in the outbox."""
        self.reminders.inc(number)

    def count_expired(self, number: int) -> None:
        """Count requests that expired."""
        self.expired.inc(number)

    def count_recorded(self, number: int) -> None:
        """Count receipts of the evidence."""
        self.recorded.inc(number)

    def count_decision(self, answer: DecidedAnswer) -> None:
        """Count one answer of a signer."""
        self.decisions.labels(answer.value).inc()

    @web.middleware
    async def time_acknowledgement(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Measure requests of platforms; an aiohttp middleware."""
        platform = _PLATFORMS.get(request.path) if request.method == "POST" else None
        if platform is None:
            return await handler(request)
        started = perf_counter()
        try:
            return await handler(request)
        finally:
            if request.match_info.route.resource is not None:
                self.acknowledgement.labels(platform.value).observe(perf_counter() - started)


def _find_age(backlog: Backlog | None, now: datetime) -> float:
    if backlog is None:
        return nan
    return max((now - backlog.due_since).total_seconds(), 0.0) if backlog.due_since else 0.0


class CountingRouter:
    """A router that counts the decisions which its core took in."""

    def __init__(self, router: Router, metrics: Metrics) -> None:
        self._router = router
        self._metrics = metrics

    async def handle(self, interaction: Interaction) -> Answer:
        answer = await self._router.handle(interaction)
        if isinstance(interaction, Submission) and interaction.form in _ANSWERS and isinstance(answer, Done):
            self._metrics.count_decision(_ANSWERS[interaction.form])
        return answer

    async def failed(self, interaction: Interaction) -> Answer:
        return await self._router.failed(interaction)


def serve_metrics(metrics: Metrics, ports: Ports) -> list[web.AbstractRouteDef]:
    """`GET /metrics`; what waits in the database is looked up when it is asked for, in four short queries."""

    async def show(_request: web.Request) -> web.Response:
        now = ports.clock.now()
        try:
            async with ports.store.reading() as tx:
                metrics.tell_outbox(await tx.outbox.backlog(now), now)
                metrics.tell_reminders(await tx.reminders.backlog(now), now)
                metrics.tell_expiry(await tx.envelopes.expired_since(now), now)
                metrics.tell_lag(await tx.owed_evidence.lag(), now)
        except StoreUnavailable:  # unknown is not 0
            metrics.tell_outbox(None, now)
            metrics.tell_reminders(None, now)
            metrics.tell_expiry(None, now, is_known=False)
            metrics.tell_lag(None, now)
        body = generate_latest(metrics.registry)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/metrics", show)]
