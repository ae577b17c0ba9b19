"""What was tried to send a message, and what came of it; and how the providers do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from expertpool.core.crypto import blind_index
from expertpool.core.health import Finding
from expertpool.notifications.channels import CHANNELS, Channel
from expertpool.notifications.enums import (
    ATTEMPT_TONES,
    AttemptState,
    ChannelCode,
    DeliveryEventKind,
)
from expertpool.notifications.models import Attempt, DeliveryEvent, Message
from expertpool.notifications.queries.costs import costs_of
from expertpool.notifications.queries.health import find_gateway
from expertpool.notifications.queries.messages import is_to_nobody, told
from expertpool.notifications.registry import ATTEMPT_FILES, KeptSound

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class ShownAttempt:
    """An attempt as a page shows it; ``events`` are what its provider told of it: words and time; ``files`` what was kept of it."""

    number: int
    began_at: datetime
    ended_at: datetime | None
    provider: str
    provider_id: str
    state: str
    tone: str
    detail: str
    events: Sequence[tuple[str, datetime]]
    files: Sequence[KeptSound] = ()


@dataclass(frozen=True)
class ProviderState:
    """How the messages of the last days fared that ``label`` carried. ``rate`` is of those of which it told; without
    those of which nobody is told yet (docs/decisions/0133)."""

    label: str
    in_use: bool
    taken: int
    delivered: int
    undelivered: int
    unknown: int
    refused: int
    rate: str
    cost: str  # of what it charges for, in 元; empty where nobody said what that costs
    callback: str  # where it pushes what it tells; empty where it pushes nothing


@dataclass(frozen=True)
class ChannelOverview:
    """A channel that finds people where they are, and who carries or carried its messages."""

    label: str
    finding: Finding
    providers: Sequence[ProviderState]
    pushes_to: str  # where the address is entered to which providers push
    pushed: str  # what comes there

    @property
    def pushes(self) -> bool:
        """Whether any of them tells by itself what became of messages."""
        return any(one.callback for one in self.providers)


def attempts_of(message: Message, *, is_read: bool) -> list[ShownAttempt]:
    """Return the attempts to send ``message``, the first first; what was kept of them where its text may be read
    (``is_read``). The caller has seen to it that its fate may be told; of one to nobody there is nothing to tell."""
    if is_to_nobody(message):
        return []
    rows = message.tries.order_by("number").prefetch_related("events")
    kept = [one.links(message) for one in ATTEMPT_FILES] if is_read else []
    files = {row.pk: [link for one in kept for link in one.get(row.pk, ())] for row in rows}
    return [_shown(row, CHANNELS[message.channel], files[row.pk]) for row in rows]


def _shown(row: Attempt, channel: Channel, files: Sequence[KeptSound]) -> ShownAttempt:
    state = AttemptState(row.state)
    return ShownAttempt(
        number=row.number,
        began_at=row.began_at,
        ended_at=row.ended_at,
        provider=provider_label(channel, row.provider),
        provider_id=row.provider_id,
        state=str(state.label),
        tone=ATTEMPT_TONES[state],
        detail=row.detail,
        events=[(_event(event), event.at) for event in row.events.all()],
        files=files,
    )


def _event(event: DeliveryEvent) -> str:
    label = str(DeliveryEventKind(event.kind).label)
    return f"{label}（{event.code}）" if event.code else label


def provider_label(channel: Channel, provider: str) -> str:
    """Return who ``provider`` of ``channel`` is; empty where the channel has but one way."""
    return channel.providers.get(provider) or channel.shown_only.get(provider, "")


def callback_token(provider: str) -> str:
    """Return what stands in the address to which ``provider`` pushes: nobody guesses it."""
    return blind_index("notifications.callback", provider).hex()


def channel_overviews(*, now: datetime) -> list[ChannelOverview]:
    """Return how each channel does, and each provider that carried messages lately or is in use."""
    recent = Attempt.objects.filter(
        began_at__gte=now - LATELY, message__in=told(Message.objects.order_by())
    )
    counts: dict[tuple[str, str], Counter[str]] = {}
    rows = recent.order_by().values_list("message__channel", "provider", "state")
    for channel, provider, state, count in rows.annotate(count=Count("pk")):
        counts.setdefault((channel, provider), Counter())[state] += count
    costs = costs_of(recent)
    return [
        ChannelOverview(
            str(ChannelCode(channel.code).label),
            find_gateway(channel, now),
            [
                _provider(
                    channel,
                    provider,
                    counts.get((channel.code, provider), Counter()),
                    costs.get((channel.code, provider)),
                )
                # By its own code it is carried where nothing is chosen: into the outbox of development.
                for provider in dict.fromkeys([channel.provider, *channel.providers])
            ],
            channel.pushes_to,
            channel.pushed,
        )
        for channel in CHANNELS
        if channel.is_outward
    ]


def _provider(
    channel: Channel, provider: str, count: Counter[str], cost: float | None
) -> ProviderState:
    delivered = count[AttemptState.DELIVERED]
    undelivered = count[AttemptState.UNDELIVERED]
    ended = delivered + undelivered
    taken = count[AttemptState.ACCEPTED] + ended
    pushes = provider in channel.callbacks
    return ProviderState(
        label=provider_label(channel, provider) or str(ChannelCode(channel.code).label),
        in_use=provider == channel.provider and channel.is_configured(),
        taken=taken,
        cost="" if cost is None else f"{cost:,.2f}",
        delivered=delivered,
        undelivered=undelivered,
        unknown=count[AttemptState.UNKNOWN],
        refused=count[AttemptState.REJECTED],
        rate=f"{delivered / ended:.1%}" if ended else "",
        callback=callback_address(provider) if pushes else "",
    )


def callback_address(provider: str) -> str:
    """Return the address that somebody enters with ``provider``."""
    path = reverse("notifications:callback", args=[provider, callback_token(provider)])
    return f"{settings.SITE_URL}{path}"
