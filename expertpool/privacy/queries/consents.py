"""To what experts agreed, by purpose, and what follows from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from expertpool.core.mandates import vouched_among
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import day_start
from expertpool.joining.enums import Purpose
from expertpool.joining.models import Application, ConsentText
from expertpool.privacy.models import Consent

# What taking it back leads to, as its expert reads it before he does.
EFFECTS: dict[str, str] = {
    Purpose.JOINING: "撤回后从明天起不再抽取您，已经接受的评审照常进行；档案仍按规定保存。"
    "要求删除的，另外提出「删除个人信息」。以后可以重新同意，第二天恢复抽取。",
    Purpose.PUBLIC: "撤回后公开页面立即不再显示您的姓名，成果照常公开。"
    "以后可以重新同意，第二天恢复显示。",
}
NO_TEXT = "没有记录"
# What the proof of a consent says, and whose it is: of many rows nothing else is read.
PROVEN = (
    *("given", "at", "proof", "expert__number", "expert__merged_into"),
    *("text__number", "text__purpose"),
)


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
    earlier days alone (docs/decisions/0185)."""
    rows = Consent.objects.all() if before is None else Consent.objects.filter(at__lt=before)
    last = {row.text.purpose: row for said in _said(rows, [expert.pk]).values() for row in said}
    found = {code: ConsentStanding(code, row.given, row.text, row.at) for code, row in last.items()}
    if Purpose.JOINING not in found:
        # By his application.
        one = Application.objects.filter(expert=expert).select_related("consent").first()
        if one is not None:
            at = one.consented_at
            found[Purpose.JOINING] = ConsentStanding(Purpose.JOINING, True, one.consent, at)
    return [found.get(code) or ConsentStanding(code, False, None, None) for code in Purpose.values]


def _said(rows: QuerySet[Consent], experts: Iterable[int]) -> dict[int, list[Consent]]:
    """Return what ``experts`` (ids) said of ``rows``, the earliest first by the time that their proofs hold, of merged
    records under the one that stays. A row that nobody wrote here says nothing, nor does a copy of an earlier one."""
    ids = list(experts)
    records = Expert.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids)).order_by()
    found: dict[int, list[Consent]] = defaultdict(list)
    of_them = rows.filter(expert__in=records.values("pk")).select_related("expert", "text")
    for row in vouched_among(of_them.order_by("at", "pk")):
        found[row.expert.merged_into_id or row.expert_id].append(row)
    return found


def _withdrawals(day: date) -> dict[int, datetime]:
    """Return who withdrew before ``day`` (ids) and has not agreed since, with the time. Few do: their rows alone are
    read, and their proofs asked."""
    rows = Consent.objects.filter(text__purpose=Purpose.JOINING, at__lt=day_start(day))
    # What somebody else wrote asks for nobody's rows.
    own = rows.filter(given=False).order_by("pk").select_related("expert", "text")
    taken = vouched_among(own.only(*PROVEN))
    if not (experts := {row.expert.merged_into_id or row.expert_id for row in taken}):
        return {}
    last = {pk: said[-1] for pk, said in _said(rows, experts).items()}
    return {pk: row.at for pk, row in last.items() if not row.given}


def withdrew(day: date) -> Q:
    """Experts who are not drawn on ``day`` since they took their consent back on an earlier one: what somebody does
    today says nothing of who is at his account (docs/decisions/0185, 0199)."""
    return Q(pk__in=list(_withdrawals(day)))


def withdrew_since(first: date, day: date) -> Q | None:
    """Of `withdrew` those who did on the day before ``first`` or later; None where nobody has."""
    begins = day_start(first - timedelta(days=1))
    lately = [pk for pk, at in _withdrawals(day).items() if at >= begins]
    return Q(pk__in=lately) if lately else None


def may_be_named(experts: Iterable[int]) -> Collection[int]:
    """Return which of ``experts`` (ids) agreed that their names stand on public pages (个人信息保护法 第二十五条): on an
    earlier day, so that no name comes while its expert is at his account, and without taking it back since."""
    rows = Consent.objects.filter(text__purpose=Purpose.PUBLIC)
    today = day_start(timezone.localdate())
    return {pk for pk, said in _said(rows, experts).items() if _names(said, today)}


def _names(said: list[Consent], today: datetime) -> bool:
    """Tell whether his acts, in their order, let him be named: a consent counts from the next day, a withdrawal at
    once."""
    before = [row for row in said if row.at < today]
    return bool(before) and before[-1].given and all(row.given for row in said[len(before) :])
