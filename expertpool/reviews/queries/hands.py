"""How often a hand went into the assignments of a review, and whether another may be sealed after those that were given up."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.queries.policy import answer_grounds
from expertpool.draws.queries.tries import WITHIN, why_used_up
from expertpool.draws.settings import NOT_IN_POOL, NOT_OF_ONESELF
from expertpool.reviews.models import ItemAssignment, Review

RECUSED, RECUSED_HIMSELF, LEFT, GIVEN_UP = "回避", "本人回避", "退出", "放弃分配"
_GIVE_UP = "review.assign_abandon"
_OTHERWISE = "请过 24 小时再试；等不及的，改为人工指定，由另一人确认。"


def hand_kinds(review: Review) -> dict[str, int]:
    """Return how many steps of each kind persons took in the assignments of ``review``: what events and rows say, both of
    which are proven."""
    counts = dict.fromkeys((RECUSED, RECUSED_HIMSELF, LEFT, GIVEN_UP), 0)
    for row in ItemAssignment.objects.filter(review=review):
        counts[GIVEN_UP] += row.voided_at is not None
        # Of what was chosen by hand each item has an event of its own.
        steps = {_step(event): event for event in row.events if event["type"] in ("exit", "recuse")}
        for event in steps.values():
            own = event.get("by", {}).get("role") == "expert"
            counts[_kind(event["type"], own=own)] += 1
    return {kind: count for kind, count in counts.items() if count}


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


def assigned_words(review: Review) -> str:
    """Say how the items of ``review`` were given to its experts, for its summary; empty where all score all."""
    row = ItemAssignment.objects.filter(review=review, voided_at__isnull=True).first()
    if row is None:
        return ""
    how = "人工指定" if row.by_hand else "随机分配"
    return f"{how} {row.number}，人工干预 {in_words(hand_kinds(review))}"


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
