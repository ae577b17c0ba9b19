"""What keeps from a step of a draw as it stands: a rule for each, which refuses (DrawError) in a
sentence that says how to mend it; see `queries.actions`.

A rule here knows where a draw or project stands, who asks and the time. What was typed, and what only
turns out under the seating lock (who is still free), the service checks itself.
"""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.core.text import moment_text
from expertpool.draws.enums import (
    CONTRIBUTOR_LABEL,
    CONTRIBUTOR_PERMISSION,
    RUNNING,
    SUPERVISOR,
    DrawStatus,
    ExclusionReason,
)
from expertpool.draws.exceptions import (
    ContributionRefused,
    DrawError,
    DrawInProgress,
    DrawNotReady,
    EmergencyRefused,
    LettersRefused,
    PauseRefused,
    PickRefused,
    PublicationRefused,
    ReleaseRefused,
    ReplyRefused,
    RescheduleRefused,
    RolesRefused,
    VoidRefused,
    WideningRefused,
)
from expertpool.draws.models import (
    Draw,
    DrawRequest,
    EmergencyEndRequest,
    EmergencyRequest,
    PickRequest,
    ReleaseRequest,
    RescheduleRequest,
    VoidRequest,
    WideningRequest,
)
from expertpool.draws.queries.clock import opens_earliest
from expertpool.draws.queries.draws import codes_for_draw
from expertpool.draws.queries.emergency import faraway_words
from expertpool.draws.queries.facts import OfDraw
from expertpool.draws.queries.given import given_values
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.picking import who_knows
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.queries.pool_changes import why_not_to_resume
from expertpool.draws.queries.presence import presence_of
from expertpool.draws.queries.publicity import at_work_until
from expertpool.draws.queries.readiness import (
    NOTHING_LACKS,
    check_lacking,
    check_manual_ways,
    check_plan,
    check_public_panel,
)
from expertpool.draws.queries.reveal import is_released, proven_opening
from expertpool.draws.queries.shortfall import shortfall_of
from expertpool.workflow.queries.requests import (
    check_agreeable,
    check_author,
    check_refusable,
    check_second_person,
)
from expertpool.workflow.queries.second_person import why_not_second

BENT = "抽取记录核验不一致，数据可能被改动过：查明之前不能办理，可以先暂停。请联系系统管理员。"
OVER = "该邀请已经答复过或已失效，无需再操作。"
NOBODY_SITS = "还没有在席的专家，不能设置角色。"
NOBODY_LEFT = "候选人中没有还能补抽的专家。"
FREE_ELSEWHERE = (
    "本次封存的席位都有人在席，空出的是同一评审组其他抽取的席位，本次的候选人不能补到那里。"
)
NO_CANDIDATES = (
    "封存时没有可以抽取的候选人，再补抽也抽不到人；请放宽条件另抽，或先在专家库增加专家。"
)


def check_contribution(draw: Draw, role: str, user: User, *, now: datetime) -> None:
    """Refuse (ContributionRefused) that ``user`` gives the value of ``role``."""
    if draw.status == DrawStatus.ABANDONED:
        raise ContributionRefused("本次抽取已放弃，不再接受随机值；需要时请重新封存抽取。")
    if draw.status != DrawStatus.SEALED:
        raise ContributionRefused("本次抽取已经定序，不再接受随机值。")
    # Its panel sits in the first meeting that it is drawn for, too, and cannot be found after that.
    if draw.next_sitting <= now:
        raise ContributionRefused("评审开始时间已过，不能再抽取；请放弃本次抽取。")
    if role not in draw.rule.contributors:
        raise ContributionRefused("封存的规则里没有这个角色。")
    if role in given_values(draw):
        raise ContributionRefused(f"{CONTRIBUTOR_LABEL[role]}已经提供过随机值。")
    # Asked of this very draw: somebody may see many and give a value for those of his house alone.
    permission = CONTRIBUTOR_PERMISSION[role]
    if not user.has_permission(permission) or not codes_for_draw(user, draw, {permission}):
        raise ContributionRefused(f"您没有以{CONTRIBUTOR_LABEL[role]}身份提供随机值的权限。")
    if why_not := _why_not_another(draw, role, user, now=now):
        raise ContributionRefused(why_not)


def _why_not_another(draw: Draw, role: str, user: User, *, now: datetime) -> str:
    """Return why ``user`` cannot be the supervisor beside whoever started ``draw`` or gave another value,
    or one of these beside the supervisor who gave his (docs/decisions/0137); empty: nothing keeps him."""
    given = {role: one.by for role, one in given_values(draw).items() if one.by is not None}
    if user.pk in given.values():
        return "同一人不能以两个身份提供随机值。"
    if role == SUPERVISOR:
        firsts = {draw.operator_id, *given.values()}
        return why_not_second(user, firsts, asked_at=draw.sealed_at, now=now, at_first=True)
    if SUPERVISOR not in given or user.pk == draw.operator_id:
        return ""  # the supervisor was held against the operator when he gave his
    supervisor = User.objects.get(pk=given[SUPERVISOR])
    if why_not_second(supervisor, {user.pk}, asked_at=draw.sealed_at, now=now, at_first=True):
        return "监督人的随机值已由与您的账号有关的人提供，请由抽取的经办人提供。"
    return ""


def why_no_value(draw: Draw, role: str, user: User, *, now: datetime) -> str:
    """Return why ``user`` cannot give the value of ``role`` now, as a sentence; empty when he can."""
    try:
        check_contribution(draw, role, user, now=now)
    except ContributionRefused as refused:
        return str(refused)
    return ""


def contribute(facts: OfDraw) -> None:
    draw, user, now = facts.draw, facts.user, facts.now
    # The first role says why not; without roles the draw itself refuses.
    roles = draw.rule.contributors or ("",)
    if all(why_no_value(draw, role, user, now=now) for role in roles):
        check_contribution(draw, roles[0], user, now=now)


def abandon(facts: OfDraw) -> None:
    if not facts.draw.is_random:
        raise DrawInProgress("人工选定的名单请由选定人撤回，或由确认人退回。")
    if facts.draw.status != DrawStatus.SEALED:
        raise DrawInProgress("只有已封存、尚未定序的抽取可以放弃。")


def supplement(facts: OfDraw) -> None:
    draw = facts.draw
    check_unbent(facts, DrawInProgress)
    if not draw.is_random:
        raise DrawNotReady("人工选定的名单没有候补次序，请另选专家。")
    if facts.is_over:
        raise DrawNotReady("评审开始时间已过，不能再补抽。")
    if not draw.is_valid:
        raise DrawNotReady("抽取已失效，不能再补抽。")
    if draw.status in RUNNING:
        raise DrawNotReady("抽取还在进行，空出的席位自动补抽。")
    if running := next((one for one in facts.others if one.status in RUNNING), None):
        raise DrawNotReady(f"同一评审组的 {running.number} 还在进行，结束后仍有空缺的，再补抽。")
    # As the panel stands: another draw may have filled the seat that this one lacks, or lack one of its own.
    if draw.status != DrawStatus.UNSATISFIED or not facts.board.lacking:
        elsewhere = shortfall_of(draw.project)
        raise DrawNotReady(FREE_ELSEWHERE if elsewhere else "没有空缺的席位，无需补抽。")
    if _had_no_candidates(draw):
        raise DrawNotReady(NO_CANDIDATES)
    # Nobody comes back: when each candidate has sat, none was ever skipped who may be free now. Told with the
    # numbers alone: before, a button that is there or not says whether somebody was skipped (docs/decisions/0362).
    if draw.tells_counts and len(facts.board.lines) >= draw.candidate_count:
        raise DrawNotReady(NOBODY_LEFT)


def _had_no_candidates(draw: Draw) -> bool:
    """Whether ``draw`` was sealed without anybody to be drawn, as everybody could know then: whom its conditions leave had all
    been drawn for its panel. Where it rests on what is sealed it is not said (docs/decisions/0362)."""
    if draw.candidate_count or draw.open_counts is None:
        return False
    return int(draw.open_counts[""]) <= draw.rule.exclusions.get(ExclusionReason.IN_PANEL, 0)


def widen(facts: OfDraw) -> None:
    if (later := facts.later) is not None:
        message = f"本次抽取已由 {later.number} 放宽条件补抽，请到 {later.number} 的页面继续。"
        raise WideningRefused(message)
    short = check_lacking(facts.of_project.short, facts.draw.covered, now=facts.now)
    # Only the latest of a panel is widened.
    if short.base != facts.draw:
        raise WideningRefused(NOTHING_LACKS)


def ask_widening(facts: OfDraw) -> None:
    check_unbent(facts, WideningRefused)
    widen(facts)
    if facts.open_request(WideningRequest):
        raise WideningRefused("该抽取已有待确认的放宽条件补抽申请。")
    _check_planned(facts)


def decide_widening(facts: OfDraw) -> None:
    asked = facts.open_request(WideningRequest)
    check_agreement(facts, asked, WideningRequest, WideningRefused)
    widen(facts)
    _check_planned(facts)


def _check_planned(facts: OfDraw) -> None:
    """Refuse (DrawError) to complete the panel by the plan as it stands: nobody has approved it, or its conditions cannot
    be asked."""
    check_plan(facts.draw.covered, now=facts.now, base=facts.draw)
    facts.of_project.check_asked()


def pick_more(facts: OfDraw) -> None:
    draw = facts.draw
    if draw.is_random:
        raise PickRefused("随机抽取的席位只能按原次序补抽，不能人工指定。")
    if not draw.is_valid or draw.status == DrawStatus.SEALED or facts.picks:
        raise PickRefused("现在不能另选：名单已失效，或有人选等待确认。")
    if facts.is_over:
        raise PickRefused("评审开始时间已过，不能再选。")
    if not facts.board.lacking:
        raise PickRefused("没有空缺的席位，无需另选。")
    check_manual_ways(draw.project, now=facts.now)
    if draw.released_at is None and facts.user.pk not in who_knows(draw):
        raise PickRefused(
            "名单公开之前，只能由选定或确认过全部人选的人另选：可选的专家中少了谁，会说出谁在名单里。"
            "请原来选定的人办理；他不能办理的，请作废后重新选定。"
        )
    facts.of_project.check_named()


def check_asked(
    facts: OfDraw, asked: DrawRequest | None, kind: type[DrawRequest], refused: type[DrawError]
) -> None:
    """Refuse (``refused``) to decide what nobody ever asked; what was settled has other words."""
    if asked is None and not kind._default_manager.filter(draw=facts.draw).exists():
        message = (
            f"没有待确认的{kind._meta.verbose_name}：须先由一人提出并写明理由，再由另一人确认。"
        )
        raise refused(message)


def check_agreement(
    facts: OfDraw, asked: DrawRequest | None, kind: type[DrawRequest], refused: type[DrawError]
) -> None:
    """Refuse (``refused``) to agree to what nobody asked, or to one's own; before the time to object is over, and as an
    account that need not be another person."""
    check_asked(facts, asked, kind, refused)
    check_second_person(asked, facts.user, refused, now=facts.now)
    if asked is not None:
        check_agreeable(asked, facts.user, refused, now=facts.now)


def turn_down_picks(facts: OfDraw) -> None:
    check_asked(facts, facts.picks, PickRequest, PickRefused)
    check_second_person(facts.picks, facts.user, PickRefused, now=facts.now)
    if facts.picks is not None:
        check_refusable(facts.picks, facts.user, PickRefused, now=facts.now)


def agree_picks(facts: OfDraw) -> None:
    check_agreement(facts, facts.picks, PickRequest, PickRefused)
    if facts.is_over:
        raise PickRefused("评审开始时间已过，不能再确认。")
    # Nobody is invited by a way that is switched off since; turned down or withdrawn it may be.
    check_manual_ways(facts.draw.project, now=facts.now)
    try:  # who was chosen is held against them once more (`services.picking`)
        facts.of_project.check_named()
    except DrawNotReady as gone:
        raise PickRefused(f"{gone}请先退回这些人选，方案才能修改。") from None


def withdraw_picks(facts: OfDraw) -> None:
    check_asked(facts, facts.picks, PickRequest, PickRefused)
    check_author(facts.picks, facts.user, PickRefused, now=facts.now)


def set_roles(facts: OfDraw) -> None:
    if not facts.draw.is_valid:
        raise RolesRefused("抽取已失效，不能再设置角色。")
    if not facts.board.seated_count:
        raise RolesRefused(NOBODY_SITS)


def declare(facts: OfDraw) -> None:
    if not facts.draw.is_random or facts.draw.status != DrawStatus.INVITING:
        raise EmergencyRefused("只有抽取中的随机抽取可以转为应急抽取。")
    if facts.emergency is not None:
        raise EmergencyRefused("本次抽取已经转为应急抽取。")
    if facts.is_over:
        raise EmergencyRefused("评审开始时间已过，不能再转为应急抽取。")
    if faraway := faraway_words(facts.draw, now=facts.now):
        raise EmergencyRefused(faraway)
    if facts.reach.pause:
        raise EmergencyRefused("抽取已暂停，请先恢复，再转为应急抽取。")


def pause(facts: OfDraw) -> None:
    if facts.draw.status != DrawStatus.INVITING:
        raise PauseRefused("只有抽取中的抽取可以暂停。")
    if facts.is_over:
        raise PauseRefused("评审开始时间已过，不能再暂停。")
    if facts.reach.pause:
        raise PauseRefused("本次抽取已经暂停。")


def resume(facts: OfDraw) -> None:
    if facts.draw.status != DrawStatus.INVITING or not facts.reach.pause:
        raise PauseRefused("本次抽取没有暂停，无需恢复。")
    if facts.reach.pause.is_of_pool:
        raise PauseRefused("封存后专家资料有改动，须由监督人核对后恢复。")


def resume_changed(facts: OfDraw) -> None:
    pause = facts.reach.pause
    if facts.draw.status != DrawStatus.INVITING or not pause or not pause.is_of_pool:
        raise PauseRefused("本次抽取没有因专家资料改动而暂停，无需核对。")
    if why_not := why_not_to_resume(pause, facts.user, now=facts.now):
        raise PauseRefused(why_not)


def reschedule(facts: OfDraw) -> None:
    draw = facts.draw
    if not draw.is_valid or draw.status == DrawStatus.SEALED:
        message = "只有已经产生名单的抽取可以改期；尚未定序的，请先放弃，改好时间再抽取。"
        raise RescheduleRefused(message)
    if draw.is_random and not draw.rule.is_chained:
        message = "本次抽取封存于旧版本，抽取记录里写不下改期；请作废后重新抽取。"
        raise RescheduleRefused(message)
    if facts.is_over:
        raise RescheduleRefused("评审开始时间已过，不能再改期。")
    if facts.void_in_panel:
        raise RescheduleRefused("有待确认的作废申请，请先处理。")
    if (later := facts.later) is not None and later.status == DrawStatus.SEALED:
        message = f"放宽条件补抽 {later.number} 还没有定序，请先完成或放弃，再改期。"
        raise RescheduleRefused(message)


def ask_reschedule(facts: OfDraw) -> None:
    check_unbent(facts, RescheduleRefused)
    reschedule(facts)
    if facts.earlier:
        raise RescheduleRefused("有待确认的提前评审申请，请先处理。")


def decide_reschedule(facts: OfDraw) -> None:
    check_agreement(facts, facts.earlier, RescheduleRequest, RescheduleRefused)
    reschedule(facts)


def send_at_once(facts: OfDraw) -> None:
    if facts.reach.cancelled:
        return  # also of a draw that is over, void or paused: somebody may set out
    if facts.reach.pause:
        raise LettersRefused("抽取已暂停，请先恢复。")
    if facts.draw.status != DrawStatus.INVITING or not facts.reach.is_held:
        raise LettersRefused("没有因免打扰时段而推迟的邀请、取消通知。")


def send_again(facts: OfDraw) -> None:
    if facts.reach.pause:
        raise LettersRefused("抽取已暂停，请先恢复。")
    if facts.draw.status != DrawStatus.INVITING or not facts.reach.given_up:
        raise LettersRefused("没有发送失败、需要重新发送的邀请。")


def ask_emergency(facts: OfDraw) -> None:
    check_unbent(facts, EmergencyRefused)
    declare(facts)
    if facts.open_request(EmergencyRequest):
        raise EmergencyRefused("该抽取已有待确认的应急抽取申请。")


def decide_emergency(facts: OfDraw) -> None:
    asked = facts.open_request(EmergencyRequest)
    check_agreement(facts, asked, EmergencyRequest, EmergencyRefused)
    declare(facts)


def end_emergency(facts: OfDraw) -> None:
    if not facts.draw.is_valid or facts.emergency is None:
        raise EmergencyRefused("本次抽取没有转为应急抽取，或已经取消。")
    if facts.draw.status != DrawStatus.INVITING:
        raise EmergencyRefused("抽取已经结束，应急抽取没有什么可以取消。")


def ask_emergency_end(facts: OfDraw) -> None:
    check_unbent(facts, EmergencyRefused)
    end_emergency(facts)
    if facts.open_request(EmergencyEndRequest):
        raise EmergencyRefused("该抽取已有待确认的取消应急申请。")


def check_void(facts: OfDraw) -> None:
    """Refuse (VoidRefused) to void the draw as it stands: the latest of a panel is voided first."""
    draw = facts.draw
    if draw.ordered_at is None or not draw.is_valid:
        raise VoidRefused("只有已经定序、尚未作废的抽取可以申请作废。")
    if (later := facts.later) is not None:
        state = "先放弃或作废" if later.status == DrawStatus.SEALED else "先作废"
        message = (
            f"本次抽取已由 {later.number} 放宽条件补抽，请{state} {later.number}，再作废本次。"
        )
        raise VoidRefused(message)


def ask_void(facts: OfDraw) -> None:
    check_void(facts)
    if facts.void:
        raise VoidRefused("该抽取已有待确认的作废申请。")


def check_release(draw: Draw, *, now: datetime) -> None:
    """Refuse (ReleaseRefused) to make the names of ``draw`` public before their time: two persons do not go
    beyond what was sealed as the earliest either. Where all sign in first, nobody is absent before the panel sits."""
    if draw.ordered_at is None or not draw.is_valid:
        raise ReleaseRefused("只有已经产生名单、没有作废的抽取可以提前公开。")
    if is_released(draw):
        raise ReleaseRefused("名单已经公开，无需再申请。")
    # Of who was picked by hand no policy was sealed: that of today holds.
    sealed = draw.rule.policy
    policy = sealed or policy_for(draw.project.regime, now=now)
    if (earliest := opens_earliest(draw, policy, now=now)) > now:
        raise ReleaseRefused(
            f"{'封存时的' if sealed else ''}制度规定，名单最早在评审前 {policy.reveal_earliest} 小时公开，"
            f"{moment_text(earliest)} 之前不能提前公开。"
        )
    if draw.waits_for_all:
        _check_absent(draw, now=now)


def _check_absent(draw: Draw, *, now: datetime) -> None:
    """Refuse (ReleaseRefused) to open names that wait until all have come, unless somebody is absent: the panel
    sits, all who were asked have answered, and not all who sit have signed in."""
    presence = presence_of(draw, now=now)
    if presence is None:  # nobody signs in by a code: a draw that is not valid, refused before
        return
    opening = max(presence.opening, proven_opening(draw) or presence.opening)
    if now < opening:
        raise ReleaseRefused(
            f"本次名单全体到场签到后公开，评审 {moment_text(opening)} 开始；开始后仍有人缺席的，才能由两人公开。"
        )
    if not presence.is_settled:
        raise ReleaseRefused("本次名单全体到场签到后公开，还有邀请没有结果，不能按有人缺席公开。")
    if not presence.missing:
        raise ReleaseRefused("在席的专家都已签到，没有人缺席，不能按有人缺席公开。")


def ask_release(facts: OfDraw) -> None:
    check_release(facts.draw, now=facts.now)
    if facts.open_request(ReleaseRequest):
        raise ReleaseRefused("该抽取已有待确认的提前公开申请。")


def publish(facts: OfDraw) -> None:
    draw = facts.draw
    check_unbent(facts, PublicationRefused)
    if draw.published_at is not None:
        raise PublicationRefused("结果已经公布，公布后不能撤回。")
    if not draw.is_valid:
        raise PublicationRefused("抽取已失效，没有可以公布的结果。")
    check_public_panel(draw.project, now=facts.now)
    if draw.ended_at is None:
        raise PublicationRefused("抽取还没有结束，结束后才能公布。")
    if not is_released(draw):
        raise PublicationRefused("名单还没有到公开时间，不能公布。")
    # Until the winner is found who sits is secret; of a batch the same persons sit for all.
    if (closing := last_closing(draw.covered)) > facts.now:
        message = f"评审结束之前名单应当保密：{moment_text(closing)} 以后才能公布。"
        raise PublicationRefused(message)
    if until := at_work_until(draw):
        raise PublicationRefused(f"评审还在进行，名单应当保密：{until}以后才能公布。")
    if facts.void:
        raise PublicationRefused("有待确认的作废申请，请先处理。")


def check_unbent(facts: OfDraw, refused: type[DrawError]) -> None:
    """Refuse (``refused``) to ask for what would be refused after somebody else has agreed to it."""
    if facts.is_bent:
        raise refused(BENT)


def record_reply(facts: OfDraw) -> None:
    check_unbent(facts, ReplyRefused)
    check_unpublished(facts.draw)
    check_sitting(facts.draw, now=facts.now)
    if not facts.draw.is_valid or not facts.board.lines:
        raise ReplyRefused(OVER)


def check_unpublished(draw: Draw) -> None:
    """Refuse (ReplyRefused) to change who sits once that is public."""
    if draw.published_at is not None:
        raise ReplyRefused("结果已经公布，名单不能再改；确有错误的，请作废本次抽取。")


def check_sitting(draw: Draw, *, now: datetime) -> None:
    """Refuse (ReplyRefused) to change who sits once the last meeting was to be over: it would change nothing of who
    sat (docs/decisions/0188). Also while the panel still scores, which goes on with who sits."""
    closing = last_closing(draw.covered)
    if not draw.is_valid or now < closing:
        return
    until = at_work_until(draw)
    leaves = f"；{until}之前有专家不能继续的，请在评审页面办理退出" if until else ""
    raise ReplyRefused(
        f"已过预定的评审结束时间（{moment_text(closing)}），席位不能再改{leaves}。确有错误的，请作废本次抽取。"
    )


def decide_void(facts: OfDraw) -> None:
    check_agreement(facts, facts.void, VoidRequest, VoidRefused)
    check_void(facts)


def decide_release(facts: OfDraw) -> None:
    asked = facts.open_request(ReleaseRequest)
    check_agreement(facts, asked, ReleaseRequest, ReleaseRefused)
    check_release(facts.draw, now=facts.now)
