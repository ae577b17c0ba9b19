"""Whether wider conditions are wider: everybody who fits what a draw sealed has to fit the new ones.

Asked of the pool itself, not of the words: conditions that are written otherwise may find the same
experts. Counts only, small ones coarse: nobody is found out by trying conditions (docs/decisions/0074).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import Truncator

from expertpool.accounts.models import User
from expertpool.core.criteria import AllOf, Node, NotAsked, explain, is_seen, parse
from expertpool.draws.enums import ExclusionReason
from expertpool.draws.exceptions import WideningRefused
from expertpool.draws.models import ConditionGroup, DrawPlan
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.fitting import Level, fitting_experts, sealed_levels
from expertpool.draws.queries.insight import relaxed
from expertpool.draws.queries.policy import beyond_plan, policy_of_panel
from expertpool.draws.queries.shortfall import Shortfall
from expertpool.experts.queries import availability
from expertpool.experts.queries.records import joined_since

FEW = 5  # a count below it is not told
MOST_WORDS = 80  # characters of a level in a message
Levels = Mapping[str, Sequence[Level]]  # by the code of the group


@dataclass(frozen=True)
class Comparison:
    """The conditions of a group as the draw ``sealed_in`` (its number) sealed them, and the new ones.

    ``lost``: how many who fit the old ones do not fit the new ones; ``narrower``: the conditions that
    keep them out, in words. ``has_newcomers``: somebody who fits has come into the pool since the seal.
    ``gained``: how many fit the new ones who did not fit the old ones. ``is_freed``: a seat of an earlier draw
    fell free, for which the order of ``sealed_in`` gives nobody (`Shortfall.freed`). ``is_told``: whether its reader
    may ask all that is compared, and hence reads the numbers (docs/decisions/0527).
    """

    name: str
    sealed_in: str
    before: list[str]
    after: list[str]
    before_count: int
    after_count: int
    lost: int
    narrower: list[str]
    gained: int
    has_newcomers: bool
    is_freed: bool = False
    is_told: bool = True

    @property
    def untold(self) -> str:
        """Why its reader reads no numbers."""
        return f"人数不显示：{NotAsked()}"

    @property
    def before_text(self) -> str:
        return people_text(self.before_count)

    @property
    def after_text(self) -> str:
        return people_text(self.after_count)

    @property
    def is_reworded(self) -> bool:
        """Whether it asks something else, beyond another order of the levels."""
        return set(self.before) != set(self.after)

    @property
    def finds_nobody_new(self) -> bool:
        """Whether it asks in whatever words of nobody but those who were asked of before: narrower words
        that happen to keep nobody out are not wider either. For a seat that fell free in an earlier draw the
        conditions that were sealed last do, as they are (docs/decisions/0155)."""
        return not self.gained and not self.has_newcomers and not self.is_freed

    @property
    def refusal(self) -> str:
        """Why this is not wider, and how to mend it; empty where it is."""
        if not self.lost:
            return ""
        why = "、".join(f"「{text}」" for text in self.narrower)
        lost = people_text(self.lost) if self.is_told else "人"
        return (
            f"条件组「{self.name}」不是放宽：符合原来条件的专家中，有{lost}不再符合新的条件，"
            f"因为{why}。请保留原来的条件，把更宽的条件加为下一级次。"
        )


def people_text(count: int) -> str:
    """Return a count of experts as it may be told."""
    return f"不到 {FEW} 人" if 0 < count < FEW else f" {count:,} 人"


def standing_levels(plan: DrawPlan, short: Shortfall) -> dict[str, list[Level]]:
    """Return the conditions of ``plan`` for the groups that lack experts as they stand, with what is gone since: they
    are shown. What is drawn by, `fitting.planned_levels` gives."""
    groups = ConditionGroup.objects.filter(plan=plan).prefetch_related("levels")
    return {
        group.code: [
            (level.level, parse(SUBJECT, level.criteria, stored=True))
            for level in group.levels.all()
        ]
        for group in groups
        if group.code in short.lacking
    }


def compare(
    short: Shortfall, after: Levels, *, now: datetime, viewer: User | None
) -> list[Comparison]:
    """Compare the conditions ``after`` with what the panel that is ``short`` sealed for these groups last, for
    ``viewer`` (None: somebody who reads all numbers)."""
    sealed = {code: short.sealed_last(code) for code in after}
    before = {code: sealed_levels(draw)[code] for code, draw in sealed.items()}
    asked: dict[str, Sequence[Level]] = {f"{code} before": rows for code, rows in before.items()}
    asked |= {f"{code} after": rows for code, rows in after.items()}
    deleted = [(ExclusionReason.DELETED, availability.deleted())]
    found = [one for one in fitting_experts(asked, deleted, now=now) if not one.reason]
    names = short.draws[0].rule.group_names
    comparisons = []
    for code in after:
        old = {one.expert_id for one in found if f"{code} before" in one.groups}
        new = {one.expert_id for one in found if f"{code} after" in one.groups}
        lost = old - new
        comparisons.append(
            Comparison(
                name=names[code],
                sealed_in=sealed[code].number,
                before=[explain(node) or "不限" for _, node in before[code]],
                after=[explain(node) or "不限" for _, node in after[code]],
                before_count=len(old),
                after_count=len(new),
                lost=len(lost),
                narrower=_narrower(after[code], lost, now=now) if lost else [],
                gained=len(new - old),
                has_newcomers=not new.isdisjoint(joined_since(sealed[code].sealed_at)),
                is_freed=code in short.freed,
                is_told=is_seen((node for _, node in (*before[code], *after[code])), viewer),
            )
        )
    return comparisons


@dataclass(frozen=True)
class Asked:
    """What is asked for with a widened draw: the seats, the conditions, and what the office demands by now
    beyond the plan."""

    short: Shortfall
    comparisons: list[Comparison]
    beyond: list[str]

    @property
    def seats(self) -> int:
        return sum(self.short.lacking.values())


def asked_of(plan: DrawPlan, short: Shortfall, *, viewer: User, now: datetime) -> Asked:
    """Return what a draw by ``plan`` for the panel that is ``short`` would be, for ``viewer``."""
    policy = policy_of_panel(plan.project.regime, short.base, now=now)
    compared = compare(short, standing_levels(plan, short), now=now, viewer=viewer)
    return Asked(short, compared, beyond_plan(plan, policy))


def conditions_in_words(plan: DrawPlan, short: Shortfall) -> str:
    """Return what ``plan`` asks of the groups that the panel that is ``short`` lacks, and what was sealed, without
    counts: they change. Of each level no more than `MOST_WORDS`."""
    names = short.draws[0].rule.group_names
    said = []
    for code, new in standing_levels(plan, short).items():
        old = sealed_levels(short.sealed_last(code))[code]
        before, after = (_levels_in_words(node for _, node in levels) for levels in (old, new))
        said.append(
            f"{names[code]} {short.lacking[code]} 人，原条件「{before}」，现条件「{after}」"
        )
    return f"补抽{'；'.join(said)}"


def _levels_in_words(levels: Iterable[Node]) -> str:
    words = [explain(node) or "不限" for node in levels]
    return " / ".join(Truncator(one).chars(MOST_WORDS, truncate="…") for one in words)


def check_wider(short: Shortfall, levels: Levels, *, now: datetime, viewer: User) -> None:
    """Refuse (WideningRefused) conditions by which somebody no longer fits who did, see `compare`, and
    those that find in no group anybody who was not there; ``viewer`` is told so."""
    compared = compare(short, levels, now=now, viewer=viewer)
    refusals = [one.refusal for one in compared if one.refusal]
    if not refusals and all(one.finds_nobody_new for one in compared):
        refusals = [_nobody_new(compared)] if compared else []
    if refusals:
        raise WideningRefused("".join(refusals))


def _nobody_new(compared: Sequence[Comparison]) -> str:
    """Return why conditions by which nobody fits who did not before are no wider, and what to change."""
    said = []
    for reworded, why in (
        (True, "的新条件只是收窄或换了写法，没有多一位符合的专家"),
        (False, "的条件和原来封存的一样"),
    ):
        names = "、".join(f"「{one.name}」" for one in compared if one.is_reworded == reworded)
        said += [f"条件组{names}{why}"] if names else []
    return (
        f"条件没有放宽：{'；'.join(said)}，封存后也没有符合条件的专家入库。"
        "请至少给一个条件组增加下一级次，写上更宽的条件（扩大地区或专业、降低职称级别、去掉一个条件）；"
        "条件已经不限的，请先在专家库增加专家。"
    )


def _narrower(levels: Sequence[Level], lost: Collection[int], *, now: datetime) -> list[str]:
    """Return the conditions without which one of the ``lost`` would fit; where no single one keeps
    them out, all. A level that would ask nothing then finds everybody, and tells nothing."""
    without: list[tuple[Node, Node]] = [
        pair for _, node in levels for pair in relaxed(node) if pair[1] != AllOf()
    ]
    asked = {str(at): [(1, rest)] for at, (_, rest) in enumerate(without)}
    found = {key for one in fitting_experts(asked, now=now, only=lost) for key in one.groups}
    dropped = [part for at, (part, _) in enumerate(without) if str(at) in found]
    return list(dict.fromkeys(explain(node) for node in dropped or [node for _, node in levels]))
