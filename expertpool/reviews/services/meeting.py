"""Who is there: experts sign in, leave, and are replaced by those who stand by."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason, whole
from expertpool.draws.enums import INVALID
from expertpool.draws.models import Invitation
from expertpool.draws.queries.panel import PanelMember
from expertpool.draws.services.hands import Hand
from expertpool.reviews.calculation import How
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import MOST_LEFT, HandBack, Review, Reviewer, Submission
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.queries.place import is_held_now, is_place_code
from expertpool.reviews.queries.results import LEADER
from expertpool.reviews.queries.reviews import (
    STANDING,
    any_may_have_submitted,
    is_partly_void,
    may_name,
    next_standbys,
    standbys,
    unjoined,
    unseated,
)
from expertpool.reviews.queries.sheets import rule_of
from expertpool.reviews.services.hands import in_log
from expertpool.reviews.services.organising import join, lock_review
from expertpool.reviews.services.overtaken import end_about, end_about_standby
from expertpool.reviews.services.replacing import replace_leaver
from expertpool.reviews.services.telling import tell_joined
from expertpool.workflow.services.two_persons import end_with_subject

OVER = "评审还没有开始，或已经结束。"
NOT_TODAY = "今天没有这个项目的现场评审，不用签到。"
OLD_CODE = "二维码已经过期（每 30 秒更换），请重新扫描现场屏幕上现在显示的二维码。"
ALTERED = "这位专家的记录在系统之外被改动过，请管理员核查。"
GONE = "这位专家已经退出评审，请刷新页面。"
TAKES_TWO = "专家退出评审须由监督人确认：请申请退出，从列表中选择原因。"
NOT_IN_TURN = (
    "候补专家按抽取次序加入，每退出一位加入一位；另作安排须由监督人确认：请选择原因后申请。"
)
VOID = "抽取已经作废，这位专家不再评审，不用签到，也不能担任组长。"
VOID_PART = "作废的补抽抽中的专家不能单独退出：请点「让作废抽取的专家退出」，其余专家照常评审。"
VOID_TOGETHER = "抽取已经作废的专家不能单独退出：重新抽取的名单公开后，请点「换成新的评审组」；不再评审的，请停止评审。"
HAS_PARTS = "这次评审的评审对象是分给部分专家的，有人退出时由参加分配的其他专家接着评。"
NO_STANDBY = "这位专家不是评审组的候补专家，或已经加入，请刷新页面。"
LEADS = Q(is_leader=True) & (Q(left_at__isnull=True) | Q(counts=True))


@transaction.atomic
def sign_in(*, reviewer: Reviewer, actor: User, now: datetime) -> Reviewer:
    """Note that ``reviewer`` is at the place. Again, nothing happens. Logged.

    Refuses (ReviewRefused) a review that is not open, who has left, and whose draw is void.
    """
    row = _held(reviewer)
    _check_valid(row)
    return _came(row, {"席位": str(row)}, actor, now)


@transaction.atomic
def come(*, reviewer: Reviewer, code: str, actor: User, now: datetime) -> Reviewer:
    """Note that ``reviewer`` is at the place, by himself: he has scanned ``code`` there. Again, nothing happens. Logged.

    Refuses (ReviewRefused) another's account, what the screen does not show any more, a day on which the panel does not
    sit, a review that is not open, and who has left.
    """
    row = _held(reviewer)
    expert = row.expert.merged_into or row.expert
    if expert.user_id is None or actor.pk != expert.user_id:
        raise ReviewRefused("您不在这次评审的专家名单里，请用自己的账号签到。")
    _check_valid(row)
    if not is_held_now(row.review, now=now):
        raise ReviewRefused(NOT_TODAY)
    if not is_place_code(row.review, code, now=now):
        raise ReviewRefused(OLD_CODE)
    return _came(row, {"席位": str(row), "方式": "扫描现场二维码"}, actor, now)


def _came(row: Reviewer, said: dict[str, str], actor: User, now: datetime) -> Reviewer:
    """Note that ``row`` is at the place, where nobody has yet, and log what is ``said`` of it."""
    if row.signed_in_at is None:
        row.signed_in_at = now
        # Alone: else who leads, written by somebody else, would be proven by the way.
        row.save(update_fields=["signed_in_at"])
        record("review.sign_in", actor=actor, now=now, subject=row.review, after=said)
    return row


def note_place_opened(*, review: Review, actor: User, now: datetime) -> None:
    """Log that ``actor`` opened the page with the code of the place."""
    record("review.place", actor=actor, now=now, subject=review)


@transaction.atomic
def follow_seat(*, reviewer: Reviewer, actor: User, now: datetime) -> Reviewer:
    """Let ``reviewer``, who lost his seat in the draw, score no more in its review either: the draw has the reason and the
    second person. What he has submitted does not count, as law has it of whoever was replaced. Logged.

    Refuses (ReviewRefused) whose draw is void, who goes with all of it (`renewing.take_over`), who sits in the panel, a review that is
    not open, who has left, the last who scores, and where items are given to some of the experts: all of these take a supervisor
    (`reassigning.request_reassign`).
    """
    review = lock_review(reviewer.review)  # before the row of the expert, as whoever ends it
    row = _held(reviewer)
    check_not_void(row)
    if assignment_of(review) is not None or row.pk not in {one.pk for one in unseated(review)}:
        raise ReviewRefused(TAKES_TWO)
    return leave(
        reviewer=row,
        reason="已在抽取中退出席位",
        counts=False,
        hand=None,
        actor=actor,
        now=now,
    )


def check_not_void(row: Reviewer) -> None:
    """Refuse (ReviewRefused) anything about ``row`` alone once his draw is void: all whom it found go together
    (`renewing.take_over`)."""
    if row.invitation.draw.status in INVALID:
        raise ReviewRefused(VOID_PART if is_partly_void(row.review) else VOID_TOGETHER)


def check_leaving(row: Reviewer) -> None:
    """Refuse (ReviewRefused) that ``row`` leaves a review that is not open or he has left, or as the last who scores."""
    _check_there(row)
    if row.is_altered:  # else leaving would prove who leads, as somebody wrote it
        raise ReviewRefused(ALTERED)
    if row.invitation.draw.status in INVALID:  # nothing would come of his staying
        return
    others = Reviewer.objects.filter(review=row.review, left_at__isnull=True).exclude(pk=row.pk)
    if not others.exists() and not unjoined(row.review):
        raise ReviewRefused(
            "只剩这一位专家，请先让候补专家加入；没有候补专家的，请点「停止评审」，由监督人确认。"
        )


def leave(
    *, reviewer: Reviewer, reason: str, counts: bool, hand: Hand | None, actor: User, now: datetime
) -> Reviewer:
    """Write that ``reviewer`` scores no more, by ``hand`` where it took two persons. What he was given goes on to others
    (`replacing.replace_leaver`); where all score all, whom the draw has seated since comes in. Logged. The caller holds the
    review. Refuses like `check_leaving`."""
    row = _held(reviewer)
    check_leaving(row)
    submission = Submission.objects.filter(STANDING, reviewer=row).first()
    if submission is not None:
        end_with_subject(HandBack, submission, why="专家已退出评审", now=now)
    end_about(row, why="专家已退出评审", now=now)
    row.left_at, row.left_why = now, whole(reason, MOST_LEFT, ReviewRefused)
    # Whether he has submitted may be told tomorrow only: what was chosen is noted either way.
    row.counts = counts
    row.save()
    record(
        "review.leave",
        actor=actor,
        now=now,
        subject=row.review,
        after={
            "席位": str(row),
            "已提交的评分表": "计入" if counts else "不计入",
            **(in_log(hand) if hand else {}),
        },
        note=row.left_why,
    )
    replace_leaver(reviewer=row, actor=actor, now=now)
    # The draw has chosen them: else its seat would stay empty in the result, without anybody's reason.
    for line in unjoined(row.review):
        seat(review=row.review, invitation_id=line, hand=None, reason="", actor=actor, now=now)
    return row


@transaction.atomic
def appoint_leader(*, reviewer: Reviewer, actor: User, now: datetime, reason: str = "") -> Reviewer:
    """Let ``reviewer`` lead the panel; of whoever led, and still scores, that ends, for ``reason``. By a rule that gives the
    leader's scores a weight his have it now. Logged.

    Refuses (ReviewRefused) a review that is not open, who has left or was altered, whose draw is void, who leads already, without a reason where
    somebody else does, and by such a rule once anybody may have submitted: whoever chooses the leader then chooses the result.
    """
    review = lock_review(reviewer.review)
    row = _held(reviewer)
    _check_valid(row)
    before = Reviewer.objects.select_for_update(of=("self",)).filter(
        review=review, is_leader=True, left_at__isnull=True
    )
    led_by = before.select_related("review", "expert", "invitation__draw").first()
    if row.is_altered or (led_by is not None and led_by.is_altered):
        raise ReviewRefused(ALTERED)
    said: dict[str, str] = {}
    if led_by is not None:
        if led_by.pk == row.pk:
            raise ReviewRefused("他已经是组长。")
        # Of whose draw is void nobody is led.
        if led_by.invitation.draw.is_valid and not is_reason(reason):
            raise ReviewRefused(f"评审组已有组长，请写明更换的原因{SAY_MORE}。")
    # Of one who left his scores may count as a leader's still.
    has_led = Reviewer.objects.filter(LEADS, review=review).exists()
    if has_led and _weighs_leader(review) and any_may_have_submitted(review):
        raise ReviewRefused(
            "评审规则给组长的评分加权，已有专家提交（或可能已经提交），不能再更换组长。"
        )
    if led_by is not None:
        led_by.is_leader = False
        led_by.save()
        said = {"原组长": str(led_by)}
    row.is_leader = True
    row.save()
    said |= {"组长": str(row)}
    record("review.leader", actor=actor, now=now, subject=review, after=said, note=reason.strip())
    return row


def _weighs_leader(review: Review) -> bool:
    rule = rule_of(review)
    return rule.how is How.WEIGHTED and any(word == LEADER for word, _ in rule.weights)


@transaction.atomic
def bring_in(*, review: Review, invitation_id: int, actor: User, now: datetime) -> Reviewer:
    """Let somebody who stands by for the panel of ``review``, and whose turn it is (`queries.reviews.next_standbys`), score from
    the beginning. He is told. Logged.

    Refuses (ReviewRefused) a review that is not open, who does not stand by, whose turn it is not, and whoever may not read the
    names.
    """
    row = lock_review(review)
    check_joining(row, invitation_id)
    if not may_name(actor, row.project, now=now):
        raise ReviewRefused("您无权查看名单，不能安排候补专家。")
    if invitation_id not in next_standbys(row):
        raise ReviewRefused(NOT_IN_TURN, field="ground")
    return seat(review=row, invitation_id=invitation_id, hand=None, reason="", actor=actor, now=now)


def check_joining(review: Review, invitation_id: int) -> PanelMember:
    """Return who of those that stand by is the one of ``invitation_id``; refuse (ReviewRefused) that he joins a review that is
    not open, or of which items are given to some of the experts, and who does not stand by."""
    _check_open(review)
    if assignment_of(review) is not None:
        raise ReviewRefused(HAS_PARTS)
    for one in standbys(review):
        if one.invitation_id == invitation_id:
            return one
    raise ReviewRefused(NO_STANDBY)


def seat(
    *,
    review: Review,
    invitation_id: int,
    hand: Hand | None,
    reason: str,
    actor: User,
    now: datetime,
) -> Reviewer:
    """Write that the one of ``invitation_id`` scores in ``review``, by ``hand`` and for ``reason`` where it took two persons. He is
    told. Logged. The caller holds the review. Refuses like `check_joining`."""
    member = check_joining(review, invitation_id)
    line = Invitation.objects.select_related("draw").get(pk=invitation_id)
    try:
        with transaction.atomic():
            made = join(review, member, line, now)
    except IntegrityError:
        raise ReviewRefused("这位专家已经在评审，请刷新页面。") from None
    after = {
        "席位": str(made),
        "次序": "申请、确认后加入" if hand else "按抽取次序",
        **(in_log(hand) if hand else {}),
    }
    record("review.join", actor=actor, now=now, subject=review, after=after, note=reason)
    end_about_standby(review, invitation_id, why="这位专家已加入评审", now=now)
    tell_joined(made, now=now)
    return made


def _held(reviewer: Reviewer) -> Reviewer:
    rows = Reviewer.objects.select_for_update(of=("self",))
    row = rows.select_related("review__project", "review__rule", "expert__merged_into").get(
        pk=reviewer.pk
    )
    _check_there(row)
    return row


def _check_there(row: Reviewer) -> None:
    _check_open(row.review)
    if row.left_at:
        raise ReviewRefused(GONE)


def _check_valid(row: Reviewer) -> None:
    if row.invitation.draw.status in INVALID:
        raise ReviewRefused(VOID)


def _check_open(review: Review) -> None:
    if review.opened_at is None or review.ended_at:
        raise ReviewRefused(OVER)
