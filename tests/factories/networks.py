"""Networks that are blocked or allowed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from expertpool.networks.enums import RuleKind
from expertpool.networks.models import NetworkRule
from expertpool.networks.services.rules import rule_network
from tests.factories.accounts import make_user


def make_network_rule(
    network: str,
    kind: RuleKind = RuleKind.BLOCK,
    *,
    by: Any = None,
    now: datetime | None = None,
    until: datetime | None = None,
    address: str = "192.0.2.1",
) -> NetworkRule:
    return rule_network(
        kind=kind,
        network=network,
        reason="来历不明",
        until=until,
        actor=by or make_user("admin"),
        address=address,
        now=now or timezone.now(),
    )
