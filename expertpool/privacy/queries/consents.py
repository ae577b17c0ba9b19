"""To what experts agreed, by purpose, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet

from expertpool.core.fields import is_vouched
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import day_start
from expertpool.joining.enums import Purpose
from expertpool.joining.models import Application, ConsentText
from expertpool.privacy.models import Consent

# What taking it back leads to, as its expert reads it before he does.
EFFECTS: dict[str, str] = {
    Purpose.JOINING: "撤回后从明天起不再抽取您，已经接受的评审照常进行；档案仍按规定保存。"
    "要求删除的，另外提出「删除个人信息」。以后可以重新同意，第二天恢复抽取。",
    Purpose.PUBLIC: "撤回后公开页面立即不再显示您的姓名，成果照常公开。",
}
NO_TEXT = "没有记录"


@dataclass(frozen=True)
class ConsentStanding:
    """How it stands with one purpose: ``text`` is what he agreed to, or took back."""

    purpose: str
    given: bool
    text: ConsentText | None
    at: datetime | None

    @property
    def label(self) -> str:
        return str(Purpose(self.purpose).label)

    @property
    def words(self) -> str:
        if self.at is None:
            return NO_TEXT
        return "已同意" if self.given else "已撤回"

    @property
    def tone(self) -> str:
        return "grey" if self.at is None else "green" if self.given else "amber"

    @property
    def effect(self) -> str:
        return EFFECTS[self.purpose]


def standings_of(expert: Expert, *, before: datetime | None = None) -> list[ConsentStanding]:
    """Return how it stands with each purpose, for the expert himself; ``before`` a moment for others, who are told of
    earlier days alone (docs/decisions/0185). A row that nobody wrote here says nothing."""
    rows = Consent.objects.filter(expert=expert).select_related("text", "expert").order_by("-id")
    if before is not None:
        rows = rows.filter(at__lt=before)
    last: dict[str, Consent] = {}
    for row in rows:
        if is_vouched(row):
            last.setdefault(row.text.purpose, row)
    found = {code: ConsentStanding(code, row.given, row.text, row.at) for code, row in last.items()}
    if Purpose.JOINING not in found:
        # By his application.
        one = Application.objects.filter(expert=expert).select_related("consent").first()
        if one is not None:
            at = one.consented_at
            found[Purpose.JOINING] = ConsentStanding(Purpose.JOINING, True, one.consent, at)
    return [found.get(code) or ConsentStanding(code, False, None, None) for code in Purpose.values]


def last_acts(purpose: str, before: datetime) -> QuerySet[Consent]:
    """Return the last act of each expert about ``purpose`` before a moment."""
    rows = Consent.objects.filter(text__purpose=purpose, at__lt=before)
    latest = rows.order_by("expert_id", "-id").distinct("expert_id").values("pk")
    return Consent.objects.filter(pk__in=latest)


def withdrew(day: date) -> Q:
    """Experts who are not drawn on ``day`` since they took their consent back on an earlier one: what somebody does
    today says nothing of who is at his account (docs/decisions/0185, 0199)."""
    rows = last_acts(Purpose.JOINING, day_start(day)).filter(given=False)
    return Q(pk__in=rows.order_by().values("expert"))


def withdrew_since(first: date, day: date) -> Q | None:
    """Of `withdrew` those who did on the day before ``first`` or later; None where nobody has."""
    rows = last_acts(Purpose.JOINING, day_start(day)).filter(given=False)
    lately = rows.filter(at__gte=day_start(first - timedelta(days=1)))
    return Q(pk__in=lately.order_by().values("expert")) if lately.exists() else None


def may_be_named(experts: Iterable[int]) -> Collection[int]:
    """Return which of ``experts`` (ids) agreed that their names stand on public pages (个人信息保护法 第二十五条)."""
    rows = Consent.objects.filter(expert__in=list(experts), text__purpose=Purpose.PUBLIC)
    last: dict[int, Consent] = {}
    for row in rows.select_related("text", "expert").order_by("-id"):
        if is_vouched(row):
            last.setdefault(row.expert_id, row)
    return {pk for pk, row in last.items() if row.given}
