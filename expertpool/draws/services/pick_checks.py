"""Whom and how many persons may choose: what a draw excludes, they may not choose either."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from expertpool.draws.enums import SEATED_STATES, Knowledge
from expertpool.draws.exceptions import HeldRefused, PickRefused
from expertpool.draws.models import Draw, DrawPlan, PickRequest
from expertpool.draws.queries.eligibility import Exclusions, fitting
from expertpool.draws.queries.identity import open_identity
from expertpool.experts.models import Expert

NAMING = ("name", "phone", "email", "id_number")


@dataclass(frozen=True)
class Pick:
    """An expert whom somebody chose for a group."""

    expert_id: int
    group: str


def check_words(picks: Sequence[Pick], *texts: str, draw: Draw | None = None) -> None:
    """Refuse (PickRefused) what names somebody who was chosen, now or before for ``draw``: the reason and the
    approval number are public before his name may be known. Whoever may choose for ``draw`` knows all of them."""
    if names_any({pick.expert_id for pick in picks} | people_of(draw)[0], *texts):
        raise PickRefused(
            "理由和批准文号会先于名单公开，不能写出所选专家的姓名、编号、手机号、邮箱或证件号码，请改写。"
        )


def names_any(ids: Collection[int], *texts: str) -> bool:
    """Tell whether ``texts`` name one of the experts ``ids`` by what is his alone, whatever stands between the letters."""
    said = _letters("".join(texts))
    experts = Expert.objects.filter(pk__in=ids).only("number", *NAMING)
    told = (getattr(expert, field) for expert in experts for field in ("number", *NAMING))
    return any((word := _letters(text)) and word in said for text in told)


def choices_since(draw: Draw) -> list[tuple[datetime | None, str]]:
    """Return when another person agreed to each later choice for the list ``draw``, and why it was made, as anybody
    may read it: without what names somebody of the list, which was taken once."""
    agreed = PickRequest.objects.filter(draw=draw, agreed=True).order_by("pk")
    later = list(agreed.values_list("decided_at", "reason")[1:])
    ids = people_of(draw)[0] if later else set()
    return [(at, "其中写出了专家是谁，不公开" if names_any(ids, why) else why) for at, why in later]


def _letters(text: str) -> str:
    # A name with blanks between, or in wide letters, is still a name.
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, folded))


def check_seats(
    plan: DrawPlan, picks: Sequence[Pick], free: Mapping[str, int], *, exactly: bool
) -> None:
    """Refuse (PickRefused) picks that do not fit the ``free`` seats of each group."""
    counts = Counter(pick.group for pick in picks)
    if counts.keys() - free.keys():
        raise PickRefused("所选的条件组不存在，请刷新页面后重选。")
    if not picks:
        raise PickRefused("还没有选择专家。")
    for group in plan.groups.all():
        seats, count = free[group.code], counts[group.code]
        if count > seats or (exactly and count < seats):
            should = f"应选 {seats} 人" if exactly else f"空缺 {seats} 席"
            message = f"条件组「{group.name}」{should}，已选 {count} 人。"
            raise PickRefused(message)


def check_experts(
    plan: DrawPlan, picks: Sequence[Pick], *, draw: Draw | None, now: datetime
) -> dict[int, dict[str, int]]:
    """Return the levels at which the chosen fit the groups.

    Refuses (PickRefused), naming expert and reason: who is chosen twice, was on the list of
    ``draw`` before, is excluded for a reason that may be told, does not fit his group, or exceeds
    the unit cap.
    """
    ids = [pick.expert_id for pick in picks]
    experts = Expert.objects.select_related("employer").in_bulk(ids)
    before, counting = people_of(draw)
    levels = fitting(list(plan.groups.prefetch_related("levels")), now=now, only=ids)
    # By the plan as it stands: a list has sealed no conditions.
    excluded = Exclusions(plan, now=now).of(ids)
    for pick in picks:
        expert = experts.get(pick.expert_id)
        if expert is None:
            raise PickRefused("所选的专家已不存在，请刷新页面后重选。")
        problem = ""
        if ids.count(pick.expert_id) > 1:
            problem = "重复选择"
        elif pick.expert_id in before:
            problem = "已在本名单中，退出的不能再选"
        elif pick.expert_id in excluded:
            problem = excluded[pick.expert_id].label
        elif pick.group not in levels[pick.expert_id]:
            problem = "不符合所选条件组的条件"
        if problem:
            message = f"{expert}不能选：{problem}。"
            raise PickRefused(message)
    with_exits = bool(counting) and draw is not None and draw.released_at is None
    _check_units(plan, [*experts.values(), *counting], with_exits=with_exits)
    return levels


def check_free(plan: DrawPlan, picks: Sequence[Pick], *, now: datetime) -> None:
    """Refuse (HeldRefused), without saying who, picks of whom somebody is held, or took part too
    often, where names are sealed. `check_experts` comes first: it says what may be told."""
    ids = [pick.expert_id for pick in picks]
    if Exclusions(plan, now=now, knowing=Knowledge.ALL).of(ids):
        raise HeldRefused("所选的专家中有人这时已不能参加（原因不便公开），请退回，由经办人另选。")


def people_of(draw: Draw | None) -> tuple[set[int], list[Expert]]:
    """Return the ids of all who are or were on the list of ``draw``, and those whose employers count: who
    sits, and, until the names are released, who has left; else whose colleague may be chosen says who left."""
    lines = draw.invitations.all() if draw else ()
    states = {open_identity(line).expert_id: line.state for line in lines}
    all_count = draw is not None and draw.released_at is None
    counting = [pk for pk, state in states.items() if all_count or state in SEATED_STATES]
    return set(states), list(Expert.objects.filter(pk__in=counting).select_related("employer"))


def _check_units(plan: DrawPlan, experts: Sequence[Expert], *, with_exits: bool) -> None:
    if plan.unit_cap is None:
        return
    counts = Counter(expert.employer for expert in experts if expert.employer)
    for unit, count in counts.items():
        if count > plan.unit_cap:
            exits = "（名单公开之前，退出的也算在内）" if with_exits else ""
            message = f"同一单位最多 {plan.unit_cap} 人{exits}：{unit}有 {count} 人。"
            raise PickRefused(message)
