"""What the start of a draw will do, and what speaks against it now: for the page before the button."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.text import moment_text
from expertpool.draws.enums import CONTRIBUTOR_LABEL, INVALID, DrawKind
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import Draw, DrawPlan, PlanVersion, VoidRequest
from expertpool.draws.queries.avoided import idle_avoidances, namesakes
from expertpool.draws.queries.clock import (
    reveal_time,
)
from expertpool.draws.queries.draws import given_up
from expertpool.draws.queries.going_out import Asking, asking_of
from expertpool.draws.queries.plan_versions import (
    approved_version,
    changed_unseen,
    returned_told,
    version_of,
)
from expertpool.draws.queries.policy import policy_for, why_not_by_counts
from expertpool.draws.queries.pool_changes import emptied_in_words, sharing_in_words
from expertpool.draws.queries.requests import agreed_request
from expertpool.draws.queries.tries import check_tries
from expertpool.draws.queries.ways import ways_in_words
from expertpool.draws.services.covering import superseded
from expertpool.draws.services.outset_letters import (
    Caution,
    held_up,
    in_time,
    never_used,
    unreached_by,
    unsent_by,
)
from expertpool.draws.services.prequery import Prequery, run_prequery
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import doubtful_overlaps
from expertpool.projects.queries.regimes import is_working_day

WORKDAY = (
    time(8),
    time(18),
)  # outside it people are called who sleep, eat or are with their family


@dataclass(frozen=True)
class Outset:
    """What starting a draw would do, step by step, and what speaks against it now."""

    plan: DrawPlan
    result: Prequery
    steps: list[str]
    cautions: list[Caution]
    why_not: str  # what the button would be refused with; empty: nothing is known of
    way_back: str  # how far what it does can be taken back, and by whom
    earlier: list[str]  # each seal of before that was given up or voided

    @property
    def earlier_title(self) -> str:
        """How often there was one."""
        return f"以前封存过 {len(self.earlier)} 次，已放弃或作废"


def look_ahead(*, plan: DrawPlan, members: Sequence[Project], actor: User, now: datetime) -> Outset:
    """Return the outset of a draw for ``members``; who could be drawn is counted, and that logged."""
    result = run_prequery(plan=plan, actor=actor, now=now, action="draw.look_ahead")
    asking = asking_of(plan, members, now=now)
    cautions = [
        *_returned(plan),
        *_unseen(plan, members),
        *_voided(plan, members),
        *_short(result),
        *_late(plan, asking, now),
        *unsent_by(plan, members),
        *unreached_by(plan, members, now),
        *held_up(plan, asking, now),
        *_odd_hours(asking, now),
        *_overlapping(members),
        *never_used(plan, asking),
        *_late_leaves(plan, now),
        *_changed(plan, result, now),
        *_idle(members),
        *_namesakes(members),
        *_emptied(now),
        *_kept_back(now),
    ]
    why_not = _why_not(plan, result, actor, now)
    steps = _steps(plan, members, asking, now=now)
    return Outset(plan, result, steps, cautions, why_not, _way_back(plan), _sealed_before(members))


def _why_not(plan: DrawPlan, result: Prequery, actor: User, now: datetime) -> str:
    """Say what `sealing.start_draw` would refuse of what may be told, in its order. What only sealed names of other draws make
    too few is not said: looked at for nothing, it would tell who sits there."""
    approved = approved_version(plan)
    try:
        check_tries(plan.project, actor, approved, now=now)
    except DrawNotReady as refused:
        return str(refused)
    groups = [row.group for row in result.groups]
    counts = {row.group.code: row.total for row in result.groups}
    policy = policy_for(plan.project.regime, now=now)
    return why_not_by_counts(groups, counts, result.thin, policy, approved)


def _way_back(plan: DrawPlan) -> str:
    if not plan.contributors:
        return "第一步起就不能撤回；需要重抽的，须两人确认作废"
    return (
        "封存后、定序前，经办人一人可以写明原因放弃，计入人工干预并立即告知监督人；"
        "定序后需要重抽的，须两人确认作废"
    )


def _sealed_before(members: Sequence[Project]) -> list[str]:
    rows = Draw.objects.filter(kind=DrawKind.RANDOM, projects__in=members, status__in=INVALID)
    told = []
    for draw in rows.order_by("pk").distinct():
        words = f"{draw.number}：{moment_text(draw.sealed_at)} 封存，"
        if entry := given_up(draw):
            words += f"{moment_text(entry.at)} 由{entry.actor_name}放弃：{entry.note}"
        elif request := agreed_request(VoidRequest, draw):
            words += f"{moment_text(request.decided_at)} 经两人确认作废：{request.reason}"
        else:
            words += draw.status_label
        told.append(words)
    return told


def _steps(
    plan: DrawPlan, members: Sequence[Project], asking: Asking, *, now: datetime
) -> list[str]:
    """Say in order what pressing the button does."""
    groups = list(plan.groups.all())
    seats = sum(group.seats for group in groups)
    standbys = sum(group.standby_seats for group in groups)
    shared = f"为批次的 {len(members)} 个项目共同" if len(members) > 1 else ""
    roles = "、".join(CONTRIBUTOR_LABEL[role] for role in plan.contributors)
    channels = ways_in_words(plan.channels)
    policy = policy_for(plan.project.regime, now=now)
    reveal = moment_text(reveal_time(plan, members, policy, now=now))
    opening = moment_text(asking.opening)
    until = f"全体专家到场签到（最晚 {reveal}）" if policy.reveal_present else f" {reveal}"
    if not policy.reveal_present and reveal != opening:
        # Quiet hours, pauses and letters that reach nobody put it off (`queries.reveal`).
        until += f"、邀请都有结果时（最晚 {opening} 评审开始）"
    drawn = f"{shared}抽取 {seats} 人" + (f"、候补 {standbys} 人" if standbys else "")
    after = "提供随机值后" if len(plan.contributors) == 1 else "各自提供随机值，最后一个提供后"
    voided = "、".join(row.draw.number for row in superseded(members))
    instead = f"；记录写明取代已作废的 {voided}" if voided else ""
    return [
        f"封存第 {plan.version} 版方案（{_seen_by(plan)}）和现在所有符合条件的专家，此后方案不能再改，也不能换人{instead}。",
        f"等{roles}{after}定序，{drawn}。"
        if roles
        else f"立即由系统随机数定序，{drawn}（没有人另外提供随机值）。",
        f"邀请抽中的专家（{channels}），{in_time(plan, asking, now)}答复。",
        "拒绝或逾期未答复的，按同一次序自动补抽，不再需要操作。",
        f"名单保密到{until}，此前谁也看不到姓名。",
    ]


def _seen_by(plan: DrawPlan) -> str:
    """Say who has agreed to the version that would be sealed, or that nobody has."""
    if (approved := approved_version(plan)) and approved.decided_at:
        return f"{moment_text(approved.decided_at)} 审核通过"
    version = version_of(plan)
    saved = f"{version.made_by} {moment_text(version.made_at)} 保存，" if version else ""
    return f"{saved}没有经过审核"


def _short(result: Prequery) -> Iterator[Caution]:
    for lack in result.shortages:
        yield Caution(
            "人数不足",
            f"{lack.whose}还缺 {lack.lack} 人：需要 {lack.seats} 人，"
            f"可以抽取的只有 {lack.candidates} 人。",
        )
    for one in result.thin:
        yield Caution("候选人不足", f"{one.text}。")


def _returned(plan: DrawPlan) -> Iterator[Caution]:
    """That somebody said no first: by now he, or another, has approved what stands."""
    standing = version_of(plan)
    if standing and (returned := returned_told(standing)):
        yield Caution(
            f"第 {returned.version.number} 版曾被退回，现按审核通过的第 {standing.number} 版抽取",
            returned.text,
        )


def _unseen(plan: DrawPlan, members: Sequence[Project]) -> Iterator[Caution]:
    """That it is another plan than the one that stood when the project was approved, and nobody agreed to it."""
    if approved_version(plan) is None and (words := changed_unseen(version_of(plan), members)):
        text = f"{words}。请核对方案页「历次版本」里的改动；需要审核的，先提交方案审核。"
        yield Caution("方案在项目审核通过之后改过", text, tone="red")


def _voided(plan: DrawPlan, members: Sequence[Project]) -> Iterator[Caution]:
    """That what was voided would be drawn by the same plan again, of which it may have been the fault."""
    last = next(iter(superseded(members)), None)
    if last is None or plan.versions.filter(made_at__gt=last.decided_at).exists():
        return
    yield Caution(
        "方案在作废之后没有改过",
        f"{last.draw.number} 因「{last.reason}」作废，此后方案仍是第 {plan.version} 版。"
        "作废是因为条件、人数或时间有误的，请先修改方案，再重新抽取。",
    )


def _idle(members: Sequence[Project]) -> Iterator[Caution]:
    """Of how many avoidances nobody has to stay away: one may be mistyped. Which is not said, as in `insight`."""
    found = idle_avoidances(members)
    if said := [f"{label} {count} 条" for label, count in found.items() if count]:
        yield Caution(
            "有的回避没有对应到任何专家",
            f"{'、'.join(said)}在专家库中没有对应到任何专家，不会因此排除人。"
            "确无关联的不用处理；名称、姓名或专家编号写错的，请先到项目「回避」中核对。",
            tone="blue",
        )


def _namesakes(members: Sequence[Project]) -> Iterator[Caution]:
    """That the register has two of one name: of the other nobody is kept away, and every page says that the unit is avoided."""
    if found := namesakes(members):
        yield Caution(
            "有同名而代码不同的单位",
            f"{'、'.join(found)}在单位库里另有同名单位，统一社会信用代码不同，那里的专家不会因此回避。"
            "是同一家、有一个代码填错的，请先在单位库改正并合并，或把另一个也加为回避单位；确是两家的不用处理。",
        )


def _emptied(now: datetime) -> Iterator[Caution]:
    if words := emptied_in_words(now):
        yield Caution("专家库刚少了很多人", f"{words}。抽取只能从余下的人中进行，请先问清原因。")


def _kept_back(now: datetime) -> Iterator[Caution]:
    if words := sharing_in_words(now):
        yield Caution("共享规则刚改过", f"{words}。不共享的专家不在候选之中，请先问清原因。")


def _late(plan: DrawPlan, asking: Asking, now: datetime) -> Iterator[Caution]:
    if asking.last >= asking.opening:
        policy = policy_for(plan.project.regime, now=now)
        shorter = "可以缩短答复时限，或" if plan.reply_minutes > policy.reply_shortest else "可以"
        yield Caution(
            "时间很紧",
            f"答复时限 {plan.reply_minutes} 分钟，而 {moment_text(asking.opening)} 就要评审："
            f"有人拒绝时可能来不及补抽。{shorter}改评审时间。",
        )


def _late_leaves(plan: DrawPlan, now: datetime) -> Iterator[Caution]:
    policy = policy_for(plan.project.regime, now=now)
    if not policy.reveal_present and plan.leave_hours < plan.reveal_hours:
        yield Caution(
            "名单公开后还可以请假",
            f"名单最早在评审前 {plan.reveal_hours} 小时公开，而评审前 {plan.leave_hours} 小时仍可请假："
            "公开后有人请假的照样补抽，名单会再变。"
            f"如不希望这样，请把最晚请假改为评审前 {plan.reveal_hours} 小时或更早。",
        )


def _odd_hours(asking: Asking, now: datetime) -> Iterator[Caution]:
    start, end = WORKDAY
    for moment, what in ((now, "现在"), (asking.last, "答复截止时")):
        local = timezone.localtime(moment)
        if not is_working_day(local.date()):
            why = "不是工作日"
        elif not start <= local.time() < end:
            why = "不在上班时间"
        else:
            continue
        yield Caution(
            f"{what}{why}",
            f"{moment_text(moment)} {why}（工作日 {start:%H:%M} 至 {end:%H:%M}），"
            "专家可能来不及看到邀请，未答复的会被替换。",
        )
        return


def _overlapping(members: Sequence[Project]) -> Iterator[Caution]:
    """One sitting, or a panel that would be in two at once: the people know."""
    if pairs := doubtful_overlaps(members):
        yield Caution(
            "同一组专家的评审时间重叠",
            f"{pairs}。抽取之后整批不能再调整成员；不是同一场评审的，请先调整时间或移出其中一个。",
        )


def _changed(plan: DrawPlan, result: Prequery, now: datetime) -> Iterator[Caution]:
    """What is otherwise than the last pre-query of the project told."""
    told = (
        Entry.objects.filter(
            action="draw.prequery",
            subject_type="projects.project",
            subject_id=str(plan.project_id),
            at__lt=now,
        )
        .order_by("-pk")
        .first()
    )
    if told is None:
        yield Caution("还没有预查询过", "可以先预查询，看看各条件组够不够、谁因何不能抽。")
        return
    newer = PlanVersion.objects.filter(plan=plan, made_at__gt=told.at).count()
    if newer:
        yield Caution(
            "预查询之后方案改过",
            f"{moment_text(told.at)} 预查询之后方案改了 {newer} 次，当时的人数已经不作数。",
        )
    counted = (told.after or {}).get("候选人数")
    if counted is not None and counted != result.total:
        yield Caution(
            "与预查询时不同",
            f"{moment_text(told.at)} 预查询时可抽取 {counted} 人，现在 {result.total} 人。",
        )
