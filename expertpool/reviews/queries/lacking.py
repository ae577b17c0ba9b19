"""Which seats of a panel nobody has as its review begins, and which items fewer experts score than were set, or nobody: what is
said, and refused, before it begins and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F

from expertpool.draws.queries.panel import Filled, filled_of
from expertpool.projects.models import Project
from expertpool.projects.queries.projects import check_project
from expertpool.reviews.models import Review, Reviewer, ReviewItem, ScoreSheet
from expertpool.reviews.queries.assignments import SHOWN, assignment_of
from expertpool.reviews.queries.reviews import counting
from expertpool.reviews.queries.sheets import items_of

NOBODY = "请先让专家评它：退回其他专家已提交的评分表，或让候补、递补的专家加入；都不能的，请点「停止评审」，由监督人确认"


@dataclass(frozen=True)
class Lack:
    """An item that ``have`` experts score, of whom ``want`` were set."""

    item: ReviewItem
    have: int
    want: int


@dataclass(frozen=True)
class Lacking:
    """What lacks experts; ``for_all``: all score all, and each lacks as many."""

    lines: Sequence[Lack] = ()
    for_all: bool = False

    @property
    def nobody(self) -> list[ReviewItem]:
        """What nobody scores."""
        return [one.item for one in self.lines if not one.have]

    @property
    def short(self) -> int:
        """How many experts lack, counted with each item; where all score all, how many are gone."""
        if self.for_all:
            return max((one.want - one.have for one in self.lines), default=0)
        return sum(one.want - one.have for one in self.lines)

    @property
    def words(self) -> str:
        """What lacks, for who is asked whether it ends so; empty where nothing does."""
        if not self.lines:
            return ""
        if self.for_all:
            first = self.lines[0]
            return f"评审开始时 {first.want} 位专家，现在计入结果的只有 {first.have} 位"
        named = "、".join(
            f"{one.item.number}（设 {one.want} 位，现 {one.have} 位）" for one in self.lines[:SHOWN]
        )
        return f"{named}{_more(self.lines)}评审对象的专家比设定的少"

    @property
    def why_not(self) -> str:
        """Which items nobody scores, and what can be done; empty where there is none."""
        found = self.nobody
        if not found:
            return ""
        named = "、".join(one.number for one in found[:SHOWN])
        return f"{named}{_more(found)}没有专家评（{NOBODY}）"


@dataclass(frozen=True)
class Short:
    """That a review would begin with fewer experts than its panel has seats: ``filled`` says how many, ``unmet`` which
    rules of the regime are not met by so few, ``blocking`` those of them that the office lets nobody go by; ``mend`` what can
    be done about it."""

    filled: Filled
    unmet: Sequence[str]
    blocking: Sequence[str]
    mend: str

    @property
    def words(self) -> str:
        """What lacks, and which rules are not met by it."""
        return "；".join((self.filled.words, *(rule.rstrip("。") for rule in self.unmet)))

    @property
    def why_not(self) -> str:
        """Which rules the office lets nobody go by; empty: it may begin so."""
        if not self.blocking:
            return ""
        return f"按「制度规则」不能以此人数评审（{'；'.join(self.blocking)}）"


def short_of(project: Project, *, now: datetime) -> Short | None:
    """Return what the panel of ``project``, which stands, lacks before its review begins; None where every seat has
    somebody who agreed."""
    filled = filled_of(project)
    if filled is None or not filled.short:
        return None
    rules = {
        f"{one.article}：{one.text}": one.is_blocking
        for one in check_project(project, filled.agreed, now)
    }
    blocking = [rule for rule, blocks in rules.items() if blocks]
    return Short(filled, list(rules), blocking, filled.mend(now=now))


def _more(lines: Sequence[object]) -> str:
    return f" 等 {len(lines)} 个" if len(lines) > SHOWN else ""


def lacking_in(review: Review) -> Lacking:
    """Return which items of ``review``, which is open, fewer experts score than were set: by its assignment, or, where all
    score all, than did when it began. Of who left and whose sheet counts it goes by what is told
    (`reviews.told_tomorrow`). Nothing before items are given."""
    row = assignment_of(review)
    if row is not None and row.drawn_at is None:
        return Lacking()
    people = counting(review, told=True)
    sheets = ScoreSheet.objects.filter(reviewer__in=people).order_by()
    have = dict(sheets.values_list("item").annotate(Count("pk")))
    first = Reviewer.objects.filter(review=review, joined_at__lte=F("review__opened_at"))
    want = row.per_item if row is not None else first.count()
    lines = [Lack(one, have.get(one.pk, 0), want) for one in items_of(review)]
    return Lacking([one for one in lines if one.have < one.want], for_all=row is None)
