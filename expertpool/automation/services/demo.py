"""Rules to try the product with. Apps above hand theirs in: they speak of what happens there."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.automation.models import EventRule
from expertpool.automation.services.rules import RuleData, save_rule


@transaction.atomic
def ensure_demo_rules(rules: Iterable[RuleData], *, actor: User, now: datetime) -> None:
    """Draw up ``rules``, once."""
    if not EventRule.objects.exists():
        for data in rules:
            save_rule(rule=None, data=data, actor=actor, now=now)
