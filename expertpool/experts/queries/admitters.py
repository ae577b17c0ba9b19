"""Before many are admitted: to whom of them somebody cannot agree, why, and who can (docs/decisions/0363)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import users_with_permission
from expertpool.experts.models import Expert
from expertpool.experts.queries.admission import (
    RIGHT,
    SUBJECT,
    admissions_at_step_of,
    firsts_of_each,
    unbegun,
)
from expertpool.workflow.queries.approvals import running
from expertpool.workflow.queries.second_person import Demand, Judge, demands_of

OWN = "是您录入、导入或修改的，须由另一位有审核权限的人员审核。"
OTHERS_STEP = "现在的步骤不是您审核的，或您审核过前面的步骤。"
MOST_ASKED = 20  # of those who have the right
MOST_NAMED = 5
Asked = tuple[
    frozenset[int], Demand
]  # who made a record or agreed to it before, and what is demanded of who admits it


@dataclass
class Barred:
    """Some to whom one cannot agree, all for one reason, and from which day he can if nothing but time is missing."""

    why: str
    count: int = 0
    names: list[str] = field(default_factory=list)
    since: datetime | None = None


@dataclass
class Outlook:
    """What is to be known before many are admitted. ``able`` are the keys of those to whom one can agree, or whose
    refusal is not about who one is; ``others`` who else can agree to those of ``barred`` (to how many, where not to all),
    ``left`` to how many of them nobody can; ``later`` who can on which day, ``hindered`` who has to do something before,
    and what he is told; ``at_first`` what the record will say, ``first_days`` until when that is open."""

    able: list[int]
    barred: list[Barred]
    others: list[str]
    later: list[tuple[str, datetime]]
    hindered: list[tuple[str, str]] = field(default_factory=list)
    left: int = 0
    at_first: str = ""
    first_days: datetime | None = None

    @property
    def count(self) -> int:
        return sum(one.count for one in self.barred)

    @property
    def left_title(self) -> str:
        whom = (
            f"其中 {self.left:,} 位现在没有人能审核" if self.others else "现在没有人能审核这些专家"
        )
        return f"{whom}，请按下面的办法办理"


def outlook(user: User, experts: Sequence[Expert], *, now: datetime) -> Outlook:
    """Return to whom of ``experts`` ``user`` can agree, and what is to be said of the others."""
    keys = [one.pk for one in experts]
    asked = dict(
        running(SUBJECT).filter(subject_id__in=keys).values_list("subject_id", "started_at")
    )
    mine = set(admissions_at_step_of(user).filter(pk__in=keys).values_list("pk", flat=True))
    # Of an import that a job has not got to yet: it begins with the decision.
    new = unbegun().filter(pk__in=keys).values_list("pk", flat=True)
    asked |= dict.fromkeys(new, now)
    mine |= asked.keys() & set(new)
    firsts_of = firsts_of_each([one for one in experts if one.pk in asked], user)
    demands, judge = demands_of(asked.values()), Judge([user], now=now)
    why_not = cache(lambda firsts, demand: _why_not(judge, user, firsts, demand))
    at_first = cache(lambda demand: judge.at_first_in_words(user, demand))
    able, told = [], set[str]()
    barred: dict[str, Barred] = {}
    about: dict[Asked, list[int]] = defaultdict(list)
    for one in experts:
        if one.pk not in asked:  # does not wait: its own refusal says why
            able.append(one.pk)
            continue
        case = firsts_of[one.pk], demands[asked[one.pk]]
        if why := why_not(*case) or ("" if one.pk in mine else OTHERS_STEP):
            group = barred.setdefault(why, Barred(why))
            group.count += 1
            group.names += [one.name] if len(group.names) < MOST_NAMED else []
            about[case].append(one.pk)
        else:
            able.append(one.pk)
            told.add(at_first(case[1]))
    found = Outlook(able, [*barred.values()], [], [], at_first="；".join(sorted(told - {""})))
    if about:
        _look_for_others(found, user, about, now)
    return found


def who_else(user: User, expert: Expert, *, now: datetime) -> str:
    """Say who can admit ``expert`` instead of ``user``, or from when somebody can; empty where nobody is known."""
    found = outlook(user, [expert], now=now)
    if found.others:
        return f"可以审核的人员：{'、'.join(found.others)}。"
    return "".join(f"{name}：{day:%Y-%m-%d} 起可以审核。" for name, day in found.later[:1])


def _why_not(judge: Judge, user: User, firsts: frozenset[int], demand: Demand) -> str:
    return OWN if user.pk in firsts else judge.why_not(user, firsts, demand, at_first=True)


def _look_for_others(
    found: Outlook, user: User, about: dict[Asked, list[int]], now: datetime
) -> None:
    """Name who else can agree to some of what ``user`` cannot, and from when those can who cannot yet."""
    keys = [key for some in about.values() for key in some]
    holders = users_with_permission(RIGHT).select_related("department").order_by("pk")
    asked = [user, *holders.exclude(pk=user.pk)[:MOST_ASKED]]
    judge, left = Judge(asked, now=now), set(keys)
    found.first_days = max(
        filter(None, (judge.first_days_end(demand.days) for _, demand in about)), default=None
    )
    for one in asked:
        if one.pk in judge.outsiders:
            continue
        steps = admissions_at_step_of(one).filter(pk__in=keys)
        his = set(steps.values_list("pk", flat=True))
        cases = [case for case, some in about.items() if his.intersection(some)]
        named = f"{one.name}（{one.department}）" if one.department else one.name
        can = set[int]().union(
            *(his.intersection(about[case]) for case in cases if not _why_not(judge, one, *case))
        )
        if one != user and can:
            found.others.append(
                named if len(can) == len(keys) else f"{named}可以审核其中 {len(can):,} 位"
            )
            left -= can
        elif days := [
            day
            for firsts, demand in cases
            if one.pk not in firsts and (day := judge.able_from(one, firsts, demand)) is not None
        ]:
            found.later.append(("您" if one == user else named, min(days)))
        elif cases and one != user and (why := _why_not(judge, one, *cases[0])):
            found.hindered.append((named, why))
    found.later.sort(key=lambda pair: timezone.localtime(pair[1]))
    found.left = len(left)
