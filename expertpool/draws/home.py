"""What this app puts on the home page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import islice

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.accounts.queries import FoundFor
from expertpool.core.home import MOST_TODOS, Number, Source, Todo
from expertpool.core.registry import MenuItem
from expertpool.core.text import moment_text
from expertpool.draws.enums import (
    CONTRIBUTOR_PERMISSION,
    SUPERVISOR,
    AlarmKind,
    DrawKind,
    DrawStatus,
    InvitationState,
)
from expertpool.draws.models import Draw, DrawAlarm, DrawPause, Invitation
from expertpool.draws.queries.asked_fields import unasked_among
from expertpool.draws.queries.called_off import draws_with_untold, untold
from expertpool.draws.queries.clock import DAY, pool_pauses, quiet_until
from expertpool.draws.queries.draws import (
    draw_scope_q,
    draws_visible_to,
    never_ordered,
    projects_to_draw,
    sitting_by,
)
from expertpool.draws.queries.meetings import next_opening
from expertpool.draws.queries.picking import lists_by_hand, lists_to_complete
from expertpool.draws.queries.plan_versions import (
    plans_to_decide,
    standing_plan,
    undecided_plans,
    was_returned,
)
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.queries.pool_changes import firsts_of
from expertpool.draws.queries.reach import (
    Fare,
    board_at,
    reach_of,
    suspected,
    troubled,
    unreached_lines,
)
from expertpool.notifications.queries.channels import ChannelState
from expertpool.notifications.queries.route import held_routes
from expertpool.projects.enums import DrawState, ProjectStatus, Regime
from expertpool.projects.models import Project
from expertpool.projects.queries.batches import members_of


def running_draws(user: User, now: datetime) -> Iterator[Number]:
    running = draws_visible_to(user).filter(status=DrawStatus.INVITING)
    yield Number("抽取中", running, f"{reverse('draws:list')}?tab=inviting", "arrows-shuffle")


def values_to_give(user: User, now: datetime) -> Iterator[Todo]:
    """Draws that are sealed and wait for the value of a role that ``user`` may act as."""
    waiting = Q(pk__in=[])
    for role, permission in CONTRIBUTOR_PERMISSION.items():
        if user.has_permission(permission):
            names = Q(rule_content__contributors__contains=[role])
            given = Q(reveals__contains=[{"role": role}]) | Q(reveals__contains=[{"by": user.pk}])
            if role == SUPERVISOR:  # he is another than whoever started it
                given |= Q(operator=user)
            waiting |= draw_scope_q(user, permission) & names & ~given
    sealed = _sealed().filter(waiting).select_related("project")
    for draw in sealed.filter(~sitting_by(now))[:MOST_TODOS]:  # see `draws_to_give_up`
        yield Todo(
            f"提供随机值：{draw.title}",
            f"{draw.number} 已封存，等待您提供随机值后定序",
            reverse("draws:detail", args=[draw.pk]),
            "arrows-shuffle",
            "red",
            "提供",
        )


def _sealed() -> QuerySet[Draw]:
    return Draw.objects.filter(status=DrawStatus.SEALED)


def draws_to_give_up(user: User, now: datetime) -> Iterator[Todo]:
    """Draws that were not ordered until their panel sat: nothing else can be done with them."""
    rows = never_ordered(now).filter(pk__in=draws_visible_to(user, "draws.run").values("pk"))
    for draw in rows.select_related("project")[:MOST_TODOS]:
        yield Todo(
            f"未定序，评审已过：{draw.title}",
            f"{draw.number} 评审开始时仍没有定序，只能放弃",
            reverse("draws:detail", args=[draw.pk]),
            "alert-triangle",
            "red",
            "去放弃",
        )


def _to_draw(user: User, now: datetime) -> QuerySet[Project]:
    """Projects that are to be drawn next, or completed."""
    coming = Project.objects.filter(status=ProjectStatus.APPROVED, opening_at__gt=now)
    sooner = coming.filter(draw_state=DrawState.UNSATISFIED, batch=OuterRef("batch")).filter(
        Q(opening_at__lt=OuterRef("opening_at"))
        | Q(opening_at=OuterRef("opening_at"), pk__lt=OuterRef("pk"))
    )
    # A batch is drawn once, at its lead, and completed once, for whichever of it sits next.
    alone_or_leads = Q(batch__isnull=True) | Q(leads_batch=True)
    projects = projects_to_draw(user, "draws.run") & coming.filter(
        (alone_or_leads & Q(draw_state=DrawState.NOT_DRAWN))
        | (~Exists(sooner) & Q(draw_state=DrawState.UNSATISFIED))
    )
    by_hand = Draw.objects.filter(status=DrawStatus.UNSATISFIED).exclude(kind=DrawKind.RANDOM)
    projects = projects.exclude(pk__in=by_hand.values("projects"))  # see `incomplete_lists`
    waits = standing_plan(submitted_at__isnull=False, decided_at__isnull=True)
    projects = projects.filter(~waits).annotate(
        plan_approved=standing_plan(approved=True), was_returned=was_returned()
    )
    return projects.select_related("batch").order_by("opening_at")[:MOST_TODOS]


_projects_to_draw = FoundFor(_to_draw, called="to_draw")


def projects_for_a_draw(user: User, now: datetime) -> Iterator[Todo]:
    must_approve = cache(lambda regime: policy_for(regime, now=now).plan_approval)
    projects = _projects_to_draw(user, now=now)
    # What a panel lacks is widened: there the conditions are changed in any case.
    undrawn = [one for one in projects if one.draw_state != DrawState.UNSATISFIED]
    unasked = unasked_among(undrawn)
    for project in projects:
        if project.pk in unasked:
            yield _to_mend(project, user)
            continue
        short = project.draw_state == DrawState.UNSATISFIED
        waits_for_one = not short and not project.plan_approved
        if waits_for_one and (project.was_returned or must_approve(project.regime)):
            if user.has_permission("draws.plan"):  # otherwise it is not his turn
                yield _to_hand_in(project)
            continue
        yield Todo(
            f"{'补足' if short else '抽取'}专家：{project.batch or project.name}",
            f"{_moment(project.opening_at)} 评审，{'人数不满足，请补抽或放宽条件' if short else '尚未抽取'}",
            reverse("projects:detail", args=[project.pk]) + ("?tab=plan" if short else ""),
            "dice-5",
            "orange",
            "去补足" if short else "去抽取",
        )


def _to_mend(project: Project, user: User) -> Todo:
    """What its conditions ask by now keeps everybody from drawing: the page of the plan says why, to who may see it."""
    return Todo(
        f"抽取方案须修改：{project.batch or project.name}",
        f"{_moment(project.opening_at)} 评审，按现在的条件不能抽取，请先修改抽取方案",
        reverse("projects:detail", args=[project.pk]) + "?tab=plan",
        "alert-triangle",
        "orange",
        "去修改" if user.has_permission("draws.plan") else "查看",
    )


def _to_hand_in(project: Project) -> Todo:
    return Todo(
        f"方案待审批：{project.batch or project.name}",
        f"{_moment(project.opening_at)} 评审，抽取方案审核通过后才能抽取，请先提交审核",
        reverse("projects:detail", args=[project.pk]) + "?tab=plan",
        "dice-5",
        "orange",
        "去提交",
    )


def plans_to_approve(user: User, now: datetime) -> Iterator[Todo]:
    for version in plans_to_decide(user)[:MOST_TODOS]:
        project = version.plan.project
        sits = _moment(next_opening(members_of(project), now=now))
        yield Todo(
            f"审核抽取方案：{project.batch or project.name}",
            f"第 {version.number} 版，{version.submitted_by} 提交，{sits} 评审"
            + ("；候选人不足，请留意" if version.thin else ""),
            reverse("projects:detail", args=[project.pk]) + "?tab=plan",
            "check",
            "orange",
            "去审核",
        )


def incomplete_lists(user: User, now: datetime) -> Iterator[Todo]:
    for draw in lists_to_complete(user, now=now)[:MOST_TODOS]:
        sits = _moment(next_opening(draw.covered, now=now))
        yield Todo(
            f"另选专家：{draw.title}",
            f"{draw.get_kind_display()}的名单有人退出，{sits} 评审",
            reverse("draws:detail", args=[draw.pk]),
            "users",
            "orange",
            "去选",
        )


MADE_UP = "系统每分钟补做还没有成功，请联系系统管理员查看系统日志"
ALARM_MEND: dict[str, str] = {  # of what nobody can make up for
    AlarmKind.RECORD: "数据可能被改动过：请暂停办理本次抽取，并联系系统管理员",
    AlarmKind.EMERGENCY: "有人直接改动了数据库，谁也看不到联系电话：请联系系统管理员删除这一行；确需应急的在页面上申请",
    AlarmKind.REQUEST: "有人直接改动了数据库，这项申请谁也不能确认：请联系系统管理员查明；确有需要的在页面上申请",
    AlarmKind.LINE: "有人直接改动了数据库：改动的邀请不到期、不计签到、不显示电话，专家仍可答复；请联系系统管理员查明并恢复原值",
    AlarmKind.LOG: "有人直接改动了数据库：答复可能已被删去，评审开始之前不因到期换人；请联系系统管理员查明（系统状态 · 操作日志链条）",
    AlarmKind.CONTACT: "有人直接改动了数据库：席位不受影响，通知改用其他渠道；请系统管理员查出并更正",
    AlarmKind.UNORDERED: "评审开始时仍没有定序：请经办人在抽取页面放弃",
    AlarmKind.REVEAL: "姓名谁也看不到：请联系系统管理员恢复原值，或由两人确认提前公开名单",
}


# His page has them in any case: he waits for answers that nothing comes of, and is asked by experts.
TOLD_TO_WHO_RUNS_IT = (AlarmKind.RECORD, AlarmKind.LINE, AlarmKind.LOG)


def _alarms() -> QuerySet[DrawAlarm]:
    return DrawAlarm.objects.filter(done_at__isnull=True)


def open_alarms(user: User, now: datetime) -> Iterator[Todo]:
    """What is amiss with draws over which he watches; that rows were altered, of those that he runs, too."""
    watched = Q(draw__in=draws_visible_to(user, "draws.alarms"))
    run = Q(draw__in=draws_visible_to(user, "draws.run"), kind__in=TOLD_TO_WHO_RUNS_IT)
    alarms = _alarms().filter(watched | run)
    for alarm in alarms.select_related("draw__project")[:MOST_TODOS]:
        yield Todo(
            f"{alarm.get_kind_display()}：{alarm.draw.title}",
            f"{alarm.draw.number}，{ALARM_MEND.get(alarm.kind, MADE_UP)}",
            reverse("draws:detail", args=[alarm.draw_id]),
            "alert-triangle",
            "red",
            "查看",
        )


# Of a draw that stands for a change of the pool: what its operator has to do, and who may look.
HE_WAITS = (
    "抽取因专家库变动暂停",
    "等监督人核对后恢复，期间不发出邀请、不计时",
    "orange",
    "查看",
)
HE_LOOKS = ("封存后专家资料有改动", "已由系统暂停，等待监督人核对后恢复或作废", "red", "核对")


def changed_pools(user: User, now: datetime) -> Iterator[Todo]:
    """Draws that stand until a supervisor has looked at a change of the pool, for who may look, and for
    whom they are his own; not for who made the change. One query for both."""
    watched = Q(draw__in=draws_visible_to(user, "draws.confirm_steps"))
    pauses = pool_pauses().filter(watched | Q(draw__operator=user)).select_related("draw__project")
    for pause in islice(filter(lambda one: _concerns(one, user), pauses), MOST_TODOS):
        own = pause.draw.operator_id == user.pk
        title, text, tone, action = HE_WAITS if own else HE_LOOKS
        yield Todo(
            f"{title}：{pause.draw.title}",
            f"{pause.draw.number} {text}",
            reverse("draws:detail", args=[pause.draw_id]),
            "alert-triangle",
            tone,
            action,
        )


def _paused() -> QuerySet[DrawPause]:
    """Draws that somebody paused, and that stand until somebody lets them go on."""
    return DrawPause.objects.filter(resumed_at__isnull=True, lost=[])


def paused_draws(user: User, now: datetime) -> Iterator[Todo]:
    """Paused draws, for who may let them go on, and who watches over them: until then nobody is invited, nor
    supplemented."""
    run = Q(draw__in=draws_visible_to(user, "draws.run"))
    watched = Q(draw__in=draws_visible_to(user, "draws.alarms"))
    pauses = _paused().filter(watched | run).annotate(may=run)
    pauses = pauses.select_related("draw__project", "paused_by").prefetch_related("draw__projects")
    for pause in pauses[:MOST_TODOS]:
        sits = _moment(next_opening(pause.draw.covered, now=now))
        yield Todo(
            f"{'恢复抽取' if pause.may else '抽取已暂停'}：{pause.draw.title}",
            f"{pause.paused_by} 于 {_moment(pause.paused_at)} 暂停，{sits} 评审；暂停期间不发出邀请，补抽的也等恢复后才邀请",
            reverse("draws:detail", args=[pause.draw_id]),
            "player-play",
            "orange",
            "去恢复" if pause.may else "查看",
        )


def run_or_confirmed() -> tuple[str, ...]:
    """By which rights somebody hears of draws that stand for a change of the pool."""
    return "draws.run", "draws.confirm_steps"


def _concerns(pause: DrawPause, user: User) -> bool:
    return pause.draw.operator_id == user.pk or user.pk not in firsts_of(pause)


def run_or_watched() -> tuple[str, ...]:
    """By which rights somebody hears of letters that reach nobody."""
    return "draws.run", "draws.alarms"


def _inviting(user: User) -> QuerySet[Draw]:
    """Draws that ask experts now: his own, and those of others over which he watches."""
    run, watched = (
        draws_visible_to(user, code).order_by().values("pk") for code in run_or_watched()
    )
    return Draw.objects.filter(Q(pk__in=run) | Q(pk__in=watched), status=DrawStatus.INVITING)


def letters_that_reach_nobody(user: User, now: datetime) -> Iterator[Todo]:
    """Running draws whose invitations failed, or wait for a channel that is down: his own, and those of
    others over which he watches."""
    ids, run = suspected(_inviting(user), now=now), draws_visible_to(user, "draws.run")
    own = set(run.filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    mine = troubled([pk for pk in ids if pk in own], now=now)
    others = troubled([pk for pk in ids if pk not in own], now=now)
    mend = "请检查渠道设置，或配置另一种渠道，在抽取页面重新发送；来不及的可以改期"
    yield from _unreached(islice(mine, MOST_TODOS), mend)
    mend = "请督促经办人检查渠道、重新发送；来不及的可以改期"
    yield from _unreached(islice(others, MOST_TODOS), mend)


_running = FoundFor(
    lambda user: _inviting(user).select_related("project").order_by("-pk")[:MOST_TODOS],
    called="running",
)


def letters_that_wait_for_the_route(user: User, now: datetime) -> Iterator[Todo]:
    """Running draws whose invitations wait since a way out was changed: while they do."""
    if not held_routes(now):
        return
    for draw in _running(user):
        reach = reach_of(draw, list(draw.invitations.all()), now=now)
        if reach.is_rerouted:
            yield Todo(
                f"{reach.rerouted} 位专家的邀请推迟：{draw.title}",
                f"因{reach.rerouted_by}改动，邀请 {moment_text(reach.rerouted_until)} 发出；不应改动的，请先暂停抽取",
                reverse("draws:detail", args=[draw.pk]),
                "clock",
                "orange",
                "查看",
            )


def _asked_since(user: User, since: datetime) -> QuerySet[Draw]:
    """Draws of `_inviting`, not paused, that have asked somebody ``since`` then, or gone on; ``may``: whether he runs it."""
    asked = Invitation.objects.filter(
        draw=OuterRef("pk"), state=InvitationState.INVITED, invited_at__gt=since
    )
    pauses = DrawPause.objects.filter(draw=OuterRef("pk"))
    # Whoever came to his seat in a pause is asked only after it.
    lately = Q(Exists(asked)) | Q(Exists(pauses.filter(resumed_at__gt=since)))
    running = _inviting(user).filter(lately, ~Exists(pauses.filter(resumed_at__isnull=True)))
    draws = running.select_related("project")
    run = draws_visible_to(user, "draws.run").filter(pk=OuterRef("pk"))
    return draws.annotate(may=Exists(run)).order_by("-pk")[:MOST_TODOS]


_invited_lately = FoundFor(_asked_since, called="invited")


def letters_that_wait_for_the_morning(user: User, now: datetime) -> Iterator[Todo]:
    """Running draws whose invitations wait until quiet hours are over: while they last, and by these alone, as
    their page counts them. A paused one says so itself."""
    if not any(quiet_until(now, regime) for regime in Regime.values):
        return
    # No quiet hours last longer than a day.
    for draw in _invited_lately(user, since=now - DAY):
        held = [line for line in board_at(draw, now=now).lines if line.quiet_until]
        if held:
            until = moment_text(held[0].quiet_until)
            at_once = "；须马上发出的，在抽取页面写明原因「立即发出」" if draw.may else ""
            yield Todo(
                f"{len(held)} 位专家的邀请等免打扰时段后发出：{draw.title}",
                f"{draw.number}，{until} 发出，答复时限从送达时起算{at_once}",
                reverse("draws:detail", args=[draw.pk]),
                "clock",
                "orange",
                "查看",
            )


def cancellations_that_wait_for_the_morning(user: User, now: datetime) -> Iterator[Todo]:
    """Draws of which somebody who sat does not know that he need not come, until quiet hours are over: also void
    ones. How many they are, the page says once names are public."""
    run, watched = (draws_visible_to(user, code).order_by() for code in run_or_watched())
    draws = Draw.objects.filter(Q(pk__in=run.values("pk")) | Q(pk__in=watched.values("pk")))
    found = list(islice(draws_with_untold(draws, now=now), MOST_TODOS))
    mine = run.filter(pk__in=[draw.pk for draw, _ in found]).values_list("pk", flat=True)
    own = set(mine) if found else set()
    for draw, until in found:
        at_once = "；须马上告知的，在抽取页面写明原因「立即发出」" if draw.pk in own else ""
        yield Todo(
            f"有专家还不知道不用到场：{draw.title}",
            f"{draw.number}，取消通知等免打扰时段后，{moment_text(until)} 发出{at_once}",
            reverse("draws:detail", args=[draw.pk]),
            "clock",
            "orange",
            "查看",
        )


def _unreached(found: Iterable[tuple[Draw, Fare]], mend: str) -> Iterator[Todo]:
    for draw, fare in found:
        what = "、".join(map(_outage, fare.down)) or "通知发送失败"
        yield Todo(
            f"有专家的邀请没有送达：{draw.title}",
            f"{what}，{mend}",
            reverse("draws:detail", args=[draw.pk]),
            "alert-triangle",
            "red",
            "查看",
        )


def _outage(state: ChannelState) -> str:
    return state.detail.rstrip("。") if state.is_unattended else f"{state.label}发不出"


def _moment(at: datetime) -> str:
    return f"{timezone.localtime(at):%m-%d %H:%M}"


NUMBERS = (Source("running_draws", "draws.view", 40, running_draws),)
TODOS = (
    Source("open_alarms", run_or_watched, 5, open_alarms, _alarms),
    Source("changed_pools", run_or_confirmed, 6, changed_pools, pool_pauses),
    Source("unreached_letters", run_or_watched, 7, letters_that_reach_nobody, unreached_lines),
    Source("rerouted_letters", run_or_watched, 8, letters_that_wait_for_the_route, unreached_lines),
    Source("quiet_letters", run_or_watched, 8, letters_that_wait_for_the_morning, unreached_lines),
    Source(
        "quiet_cancellations", run_or_watched, 8, cancellations_that_wait_for_the_morning, untold
    ),
    Source("paused_draws", run_or_watched, 9, paused_draws, _paused),
    Source("values_to_give", CONTRIBUTOR_PERMISSION.values, 10, values_to_give, _sealed),
    Source("draws_to_give_up", "draws.run", 11, draws_to_give_up, _sealed),
    Source("plans_to_approve", "draws.approve_plan", 15, plans_to_approve, undecided_plans),
    Source("incomplete_lists", "draws.pick", 50, incomplete_lists, lists_by_hand),
    Source("projects_for_a_draw", "draws.run", 60, projects_for_a_draw),
)
SHORTCUTS = (MenuItem("draws.list", "抽取记录", "dice-5", "draws:list", ("draws.view",), 40),)
