"""Reads of subscriptions and deliveries."""

from __future__ import annotations

from django.db.models import Max, QuerySet

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.webhooks.models import Delivery, Subscription


def subscriptions_visible_to(user: User) -> QuerySet[Subscription]:
    """Return the subscriptions that ``user`` manages, with ``last_at``, when they were last told
    of something."""
    rows = Subscription.objects.filter(scope_q(user, "webhooks.manage"))
    return rows.annotate(last_at=Max("deliveries__delivered_at"))


def deliveries_visible_to(user: User) -> QuerySet[Delivery]:
    """Return the deliveries of the subscriptions that ``user`` manages."""
    return Delivery.objects.filter(scope_q(user, "webhooks.manage")).select_related("subscription")
