"""Which platforms are told of which events."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.reachable import AddressRefused
from expertpool.core.text import clean_text
from expertpool.webhooks.enums import EventCode
from expertpool.webhooks.models import Subscription
from expertpool.webhooks.services.addresses import resolve_target
from expertpool.webhooks.services.signing import new_secret

RECORDED = ("name", "url", "events", "active")


@transaction.atomic
def create_subscription(
    *, name: str, url: str, events: Collection[str], actor: User, now: datetime
) -> Subscription:
    """Subscribe ``url`` to ``events``; a new secret is made. Logs it, without the secret.

    Refuses (ValidationError) an address that may not be sent to, and no or unknown events.
    """
    subscription = Subscription(secret=new_secret(), created_at=now, created_by=actor)
    _set(subscription, name=name, url=url, events=events)
    after = snapshot(subscription, *RECORDED)
    record("webhook.create", actor=actor, now=now, subject=subscription, after=after)
    return subscription


@transaction.atomic
def edit_subscription(
    *,
    subscription: Subscription,
    name: str,
    url: str,
    events: Collection[str],
    active: bool,
    actor: User,
    now: datetime,
) -> None:
    """Change a subscription, or disable it; what waits for a disabled one is given up.

    Refuses what `create_subscription` refuses. The secret stays.
    """
    before = snapshot(subscription, *RECORDED)
    subscription.active = active
    _set(subscription, name=name, url=url, events=events)
    after = snapshot(subscription, *RECORDED)
    record_change(
        "webhook.edit", actor=actor, now=now, subject=subscription, before=before, after=after
    )


def _set(subscription: Subscription, *, name: str, url: str, events: Collection[str]) -> None:
    if not events or set(events) - set(EventCode.values):
        raise ValidationError({"events": "请至少选择一个事件。"})
    try:
        # In words for the form; each delivery checks again, for a name may lead elsewhere by then.
        resolve_target(url)
    except AddressRefused as error:
        raise ValidationError({"url": str(error)}) from error
    subscription.name, subscription.url = clean_text(name), url
    # In one order, so that a form saved without a change logs none.
    subscription.events = [code for code in EventCode.values if code in events]
    subscription.proof_n += 1
    subscription.full_clean()
    subscription.save()
