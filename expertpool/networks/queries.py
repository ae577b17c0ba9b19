"""Which rule holds for an address."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from expertpool.core.client import is_loopback, networks_around
from expertpool.core.mandates import vouched
from expertpool.networks.enums import RuleKind
from expertpool.networks.models import NetworkRule

LATEST = 100  # ended rules of an address that are looked at


def standing(now: datetime) -> Q:
    """Return which rules hold at ``now``."""
    return Q(ended_at__isnull=True) & (Q(until__isnull=True) | Q(until__gt=now))


def all_rules(now: datetime) -> QuerySet[NetworkRule]:
    """Return all rules with who made and ended them, and whether each ``holds``."""
    holds = ExpressionWrapper(standing(now), BooleanField())
    return NetworkRule.objects.select_related("made_by", "ended_by").annotate(holds=holds)


def rule_for(address: str, *, now: datetime) -> NetworkRule | None:
    """Return the rule that decides of ``address`` at ``now``, as the database has it; None: there is none.

    An allowed network lies above every block, and no block is asked about this machine itself.
    """
    around = networks_around(address)
    rows = _ours(NetworkRule.objects.filter(standing(now), network__in=around))
    return None if is_loopback(address) else _deciding(rows)


def counted_since(address: str) -> datetime | None:
    """Return when a block of ``address`` was ended last: failures of before count no more. None: never."""
    rows = NetworkRule.objects.filter(network__in=networks_around(address), kind=RuleKind.BLOCK)
    ended = _ours(rows.filter(ended_at__isnull=False).order_by("-ended_at")[:LATEST])
    return next((rule.ended_at for rule in ended), None)


class Kept:
    """The rules that hold, as this process knows them: no page waits for the database to say so.

    They are read anew after `NETWORK_RULES_SECONDS`, and at once in the process in which one was made.
    Deciding about a sign-in asks the database (`rule_for`).
    """

    def __init__(self) -> None:
        self._by_network: Mapping[str, list[NetworkRule]] = {}
        self._read_at = float("-inf")

    def rule_for(self, address: str, *, now: datetime) -> NetworkRule | None:
        seconds = settings.NETWORK_RULES_SECONDS
        if seconds and time.monotonic() - self._read_at > seconds:
            self.read()
        # Hardly any address has one: nothing is worked out of it where there are none at all.
        if not self._by_network or is_loopback(address):
            return None
        found = (self._by_network.get(one, []) for one in networks_around(address))
        return _deciding(rule for rules in found for rule in rules if rule.stands(now))

    def read(self) -> None:
        self._read_at = time.monotonic()
        found: dict[str, list[NetworkRule]] = {}
        for rule in _ours(NetworkRule.objects.filter(standing(timezone.now()))):
            found.setdefault(rule.network, []).append(rule)
        self._by_network = found

    def forget(self) -> None:
        self._by_network = {}


KEPT = Kept()


def _ours(rows: QuerySet[NetworkRule]) -> list[NetworkRule]:
    """Return those of ``rows`` that this system wrote."""
    return vouched(rows.select_related("made_by", "ended_by"))


def written_rules(now: datetime) -> QuerySet[NetworkRule]:
    """Return all rules, the latest first, with what their proof says."""
    return NetworkRule.objects.select_related("made_by", "ended_by").order_by("-id")


def is_ruled(kind: RuleKind, network: str, now: datetime) -> bool:
    """Tell whether ``network`` has such a rule by somebody's hand."""
    rows = NetworkRule.objects.filter(standing(now), network=network, kind=kind)
    return bool(_ours(rows.filter(is_automatic=False)))


def _deciding(rules: Iterable[Any]) -> NetworkRule | None:
    """Return, of the rules around one address, the one that decides: one that allows, then what was decided by hand."""

    def place(rule: NetworkRule) -> tuple[bool, bool]:
        return rule.kind != RuleKind.ALLOW, rule.is_automatic

    return min(rules, key=place, default=None)
