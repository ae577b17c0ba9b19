"""How often a hand went into the assignments of a review, and whether another may be sealed after those that were given up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.queries.policy import answer_grounds
from expertpool.draws.queries.tries import WITHIN, why_used_up
from expertpool.draws.settings import NOT_IN_POOL, NOT_OF_ONESELF
from expertpool.projects.enums import Regime, RegimeOption
from expertpool.projects.queries.regimes import has_option
from expertpool.reviews.models import ItemAssignment, ReassignRequest, Review, Reviewer, StopRequest
from expertpool.reviews.queries.reviews import told_standing

RECUSED, RECUSED_HIMSELF, LEFT, GIVEN_UP = "回避", "本人回避", "退出", "放弃分配"
BROUGHT_IN, STOPPED = "候补不按次序加入", "停止评审"
_GIVE_UP = "review.assign_abandon"
_OTHERWISE = "请过 24 小时再试；等不及的，改为人工指定，由另一人确认。"


def hand_kinds(review: Review) -> dict[str, int]:
    """Return how many steps of each kind persons took in who scores in ``review``: what events and rows say, both of which are
    proven."""
    counts = dict.fromkeys((RECUSED, RECUSED_HIMSELF, LEFT, BROUGHT_IN, GIVEN_UP, STOPPED), 0)
    for row in ItemAssignment.objects.filter(review=review):
        # One that was drawn ends with the draw of its experts, whose void is counted there.
        counts[GIVEN_UP] += row.voided_at is not None and row.drawn_at is None
        # Of what was chosen by hand each item has an event of its own.
        steps = {_step(event): event for event in row.events if event["type"] in ("exit", "recuse")}
        for event in steps.values():
            own = event.get("by", {}).get("role") == "expert"
            counts[_kind(event["type"], own=own)] += 1
    if not _has_parts(review):
        # No events say it: the row of each does, whoever let him leave.
        counts[LEFT] += Reviewer.objects.filter(review=review, left_at__isnull=False).count()
    brought = ReassignRequest.objects.filter(review=review, invitation__isnull=False, agreed=True)
    counts[BROUGHT_IN] += brought.count()
    counts[STOPPED] += StopRequest.objects.filter(review=review, agreed=True).count()
    return {kind: count for kind, count in counts.items() if count}


def _has_parts(review: Review) -> bool:
    """Tell whether items of ``review`` are given to some of its experts."""
    return ItemAssignment.objects.filter(review=review, voided_at__isnull=True).exists()


def panel_words(review: Review) -> str:
    """Say how many scored in ``review`` from the beginning, left, and came in, and how many sheets that were submitted do not
    count for that, as far as that is told (`reviews.told_tomorrow`); empty where nobody left or came."""
    people = list(
        Reviewer.objects.filter(review=review).only("pk", "joined_at", "left_at", "counts")
    )
    left = [one for one in people if one.left_at]
    came = [one for one in people if review.opened_at and one.joined_at > review.opened_at]
    dropped = told_standing().filter(reviewer__in=[one.pk for one in left if not one.counts])
    said = [f"原 {len(people) - len(came)} 位"]
    said += [f"{len(left)} 位退出"] if left else []
    said += [f"{len(came)} 位加入"] if came else []
    lost = dropped.count()
    said += [f"{lost} 份已提交的评分表不计入"] if lost else []
    return "，".join(said) if len(said) > 1 else ""


def _step(event: dict[str, object]) -> tuple[object, ...]:
    return event["type"], event.get("commit", event.get("out")), event.get("at")


def _kind(of: str, *, own: bool) -> str:
    if of == "exit":
        return LEFT
    return RECUSED_HIMSELF if own else RECUSED


def in_words(kinds: dict[str, int]) -> str:
    """Say how many steps there were, and of which kinds."""
    if not kinds:
        return "0 次"
    each = "，".join(f"{kind} {count} 次" for kind, count in kinds.items())
    return f"{sum(kinds.values())} 次（{each}）"


ALTERED_HANDS = "不能采信（分配的记录在系统之外被改动过，请管理员核查）"


def hands_words(review: Review) -> str:
    """Say how often a hand went into who scores in ``review``: that nobody can tell where that was written by somebody else."""
    rows = ItemAssignment.objects.filter(review=review).select_related("review")
    if any(one.is_altered for one in rows):
        return ALTERED_HANDS
    return in_words(hand_kinds(review))


def assigned_words(review: Review, hands: Sequence[tuple[str, int]] | None = None) -> str:
    """Say how the items of ``review`` were given to its experts, and how often a hand went into it, for its summary: ``hands`` as
    its record has them, or (None: it has none) as things stand."""
    row = ItemAssignment.objects.filter(review=review, voided_at__isnull=True).first()
    how = "全部专家评全部评审对象"
    if row is not None:
        how = f"{'人工指定' if row.by_hand else '随机分配'} {row.number}"
    said = hands_words(review) if hands is None else in_words(dict(hands))
    return f"{how}，人工干预 {said}"


def why_not_seal(review: Review, actor: User, *, now: datetime) -> str:
    """Say why no other assignment of ``review`` may be sealed by ``actor`` now: seals were given up as often within a day as
    draws may be (docs/decisions/0080). Empty: it may."""
    rows = ItemAssignment.objects.filter(by_hand=False, voided_at__gt=now - WITHIN)
    entries = Entry.objects.filter(action=_GIVE_UP, actor=actor, at__gt=now - WITHIN)
    mine = set(entries.order_by().values_list("subject_id", flat=True))
    given_up = [(row.pk, row.review_id) for row in rows.only("pk", "review_id")]
    of_review = sum(one == review.pk for _, one in given_up)
    of_actor = sum(str(pk) in mine for pk, _ in given_up)
    used_up = why_used_up("封存后放弃评审对象分配", of_review, of_actor, now=now)
    return used_up and used_up + _OTHERWISE


def grounds_of(review: Review, *, himself: bool = False) -> list[str]:
    """Return why somebody may be taken off, by a hand or (``himself``) by his own, as the office lists it for draws under
    the regime of ``review``."""
    never = NOT_OF_ONESELF if himself else (NOT_IN_POOL,)
    return [one for one in answer_grounds(review.project.regime) if one not in never]


def why_not_counted(review: Review, *, now: datetime) -> str:
    """Say why nothing that somebody submitted in ``review`` counts once he scores no more, as the regime has it; empty: it may, as
    two persons decide."""
    project = review.project
    if project.regime == Regime.TENDER:  # by law, whatever the office would have
        return "被更换的评标专家作出的结论无效，由更换后的专家重评（招标投标法实施条例第四十八条）"
    if has_option(project, RegimeOption.LEFT_NEVER_COUNT, now=now):
        return f"制度规则规定，{Regime(project.regime).label}中途退出的专家一律不计入结果"
    return ""
