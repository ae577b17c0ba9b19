"""Levels: which one a balance gives, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from expertpool.points.models import Benefit, PointLevel


@dataclass(frozen=True)
class Rank:
    """Where somebody stands with ``balance`` points: his level and the next one, if there are any."""

    balance: int
    level: PointLevel | None
    following: PointLevel | None

    @property
    def lacking(self) -> int:
        """How many points the next level is away."""
        return self.following.threshold - self.balance if self.following else 0

    @property
    def label(self) -> str:
        return self.level.name if self.level else ""

    @property
    def shown(self) -> int:
        """The balance on the way to the next level: a bar shows none below nought."""
        return max(self.balance, 0)


def all_levels() -> list[PointLevel]:
    """Return the levels, the lowest first."""
    return list(PointLevel.objects.order_by("threshold"))


def standing_of(balance: int, levels: Sequence[PointLevel]) -> Rank:
    """Return where ``balance`` stands among ``levels`` (the lowest first)."""
    reached = [one for one in levels if one.threshold <= balance]
    ahead = [one for one in levels if one.threshold > balance]
    return Rank(balance, reached[-1] if reached else None, ahead[0] if ahead else None)


def level_name() -> Subquery:
    """Return the name of the level of an account, as an expression."""
    reached = PointLevel.objects.filter(threshold__lte=OuterRef("told")).order_by("-threshold")
    return Subquery(reached.values("name")[:1])


@dataclass(frozen=True)
class Offer:
    """A service as an expert sees it: open to him, or from which level on."""

    benefit: Benefit
    is_open: bool
    is_asked: bool = False

    @property
    def needs(self) -> str:
        """What it takes, in words."""
        return f"{self.benefit.level.name}起" if self.benefit.level else ""


def may_ask(benefit: Benefit, balance: int) -> bool:
    """Tell whether somebody with ``balance`` points may ask for ``benefit``."""
    return benefit.active and (benefit.level is None or benefit.level.threshold <= balance)


def offers_for(balance: int, asked: Sequence[int] = ()) -> list[Offer]:
    """Return the services in use, those that are open to ``balance`` first; ``asked``: those (ids) of which a
    request waits."""
    rows = Benefit.objects.filter(active=True).select_related("level")
    found = [Offer(one, may_ask(one, balance), one.pk in asked) for one in rows]
    return sorted(found, key=lambda one: not one.is_open)
