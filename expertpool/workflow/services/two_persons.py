"""What two persons decide: one asks with a reason, another agrees or turns it down, the first
withdraws it, or its time runs out. What agreeing means, the app of the subject does, in the same
transaction.

``refused`` is the exception of that app, raised with a sentence for the user.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import psycopg
from django.db import IntegrityError, transaction
from django.db.models import Model, Q, UniqueConstraint

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import record
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import if_seen, moment_text, too_long
from expertpool.workflow.enums import Proof
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries.asking import OPEN, is_asked, proof_of
from expertpool.workflow.queries.matters import MATTERS, Matter, matter_of
from expertpool.workflow.queries.requests import (
    SETTLED,
    check_agreeable,
    check_author,
    check_refusable,
    check_second_person,
    requests_of,
    waits,
)
from expertpool.workflow.queries.second_person import OUTSIDE, first_able
from expertpool.workflow.services.telling import (
    deciders_of,
    tell_agreed,
    tell_asked,
    tell_ended,
    tell_turned_down,
    tell_withdrawn,
)

MOST_WORDS = 500  # of a reason, and of what is said of it
NOBODY_DECIDED = "到期没有另一人确认"
FORGED = "不是在系统中提出的"
MOMENT = timedelta(microseconds=1)
TOO_LATE = "来不及：这类申请提出后留有提出异议的时间，{begins} 起才能确认，而它 {ends} 就失效；没有提交，也没有通知他人。"
WAITING = "已有待确认的同类申请，请先处理。"
# What the log says of a decision that was not taken in a session of his own.
OF_PROOF: dict[str, str] = {
    Proof.PASSWORD: "request.on_the_spot",
    Proof.CODE: "request.by_code",
    Proof.APP: "request.by_app",
}

logger = logging.getLogger(__name__)
Asked = TypeVar("Asked", bound=TwoPersonRequest)


# --- For the services of a matter -----------------------------------------------------------------


def ask(
    request: TwoPersonRequest,
    *,
    action: str,
    actor: User,
    now: datetime,
    refused: type[Exception],
    after: dict[str, Any] | None = None,
) -> None:
    """Store a new ``request`` with its reason as that of ``actor``, and log it as ``action``.

    It ends by itself after the term of its matter, which begins when one of those who decide can agree (docs/decisions/0771). All who may decide are told at once. Raises ``refused``
    without a reason, or with one that is too long, for the account of an expert, while another is open for the subject, and where it would
    end before anybody may agree to it.
    """
    if is_outsider(actor):
        raise refused(OUTSIDE)
    request.reason = if_seen(request.reason)
    if not request.reason:
        raise refused("请写明理由。")
    if refusal := too_long(request.reason, MOST_WORDS):
        raise refused(f"理由{refusal}")
    request.requested_by, request.requested_at = actor, now
    matter = matter_of(request)
    deciders = deciders_of(request)
    able = _first_able(request, deciders, now=now)
    request.expires_at = matter.expiry(request, now, able=able)
    if (agreeable := matter.agreeable_at(request)) >= request.expires_at:
        ends = moment_text(request.expires_at)
        raise refused(TOO_LATE.format(begins=moment_text(agreeable), ends=ends))
    _prove(request)
    _end_forged(request, now)
    try:
        # Only the constraint sees another who asks at this moment.
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError as error:
        # What else breaks is a fault of ours, not somebody who was faster.
        if not _is_one_too_many(request, error):
            raise
        raise refused(WAITING) from error
    record(action, actor=actor, now=now, subject=request.subject, after=after, note=request.reason)
    tell_asked(request, deciders, now=now)


def why_nobody_agrees_yet(request: TwoPersonRequest, *, now: datetime) -> str:
    """Say from when one of those who decide ``request``, asked ``now``, can agree to it; empty where one can already, or
    where time alone does not do it."""
    able = _first_able(request, deciders_of(request), now=now)
    if able is None or able <= now:
        return ""
    ends = moment_text(request.expires_at)
    return f"能确认的人账号都还太新或刚被他人改过，{moment_text(able)} 起才有人能确认；申请保留到 {ends}。"


def _first_able(
    request: TwoPersonRequest, deciders: Iterable[User], *, now: datetime
) -> datetime | None:
    """Return from when one of ``deciders`` can agree to ``request`` as another person."""
    matter = matter_of(request)
    never = set(matter.never(request))
    firsts = {request.requested_by_id, *matter.editors(request)}
    return first_able([one for one in deciders if one.pk not in never], firsts, now=now)


def _prove(request: TwoPersonRequest) -> None:
    """Give ``request`` a proof of its own: whoever asks the same again at once asks a moment later."""
    rows = type(request)._default_manager
    request.asked_proof = proof_of(request)
    while rows.filter(asked_proof=request.asked_proof).exists():
        request.requested_at += MOMENT
        request.asked_proof = proof_of(request)


def _end_forged(request: TwoPersonRequest, now: datetime) -> None:
    """What stands there and was not asked for (told by its alarm) keeps nobody from ``request``."""
    rows = type(request)._default_manager.filter(OPEN, **{request.subject_field: request.subject})
    for row in rows.select_related("requested_by"):
        if not is_asked(row):
            _end(row, OPEN, agree=False, note=FORGED, by=None, now=now)


def _is_one_too_many(request: TwoPersonRequest, error: IntegrityError) -> bool:
    """Whether the constraint broken is that at most one is open for the subject."""
    names = {rule.name for rule in request._meta.constraints if isinstance(rule, UniqueConstraint)}
    # Django's error tells no more than a text.
    return isinstance(error.__cause__, psycopg.Error) and (
        error.__cause__.diag.constraint_name in names
    )


def settle(
    request: TwoPersonRequest,
    *,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    refused: type[Exception],
) -> None:
    """Write what ``actor`` decided on ``request``, and tell whom it concerns: of what was turned down
    who asked. The caller logs it.

    Raises ``refused`` for the person who asked, when the request was settled or has expired, and to
    agree before the time to object is over or as an account that need not be another person, and to turn it down as one
    that is too new where there is no time to object.
    """
    check_second_person(request, actor, refused, now=now)
    if refusal := too_long(note, MOST_WORDS):
        raise refused(f"意见{refusal}")
    if agree:
        check_agreeable(request, actor, refused, now=now)
    else:
        check_refusable(request, actor, refused, now=now)
    if not _end(request, waits(now), agree=agree, note=note, by=actor, now=now):
        raise refused(SETTLED)
    if agree:
        tell_agreed(request, now=now)
    else:
        tell_turned_down(request, now=now)
    if action := OF_PROOF.get(request.proof):
        asked = {"申请": matter_of(request).words.label, "申请人": request.requested_by.name}
        record(
            action,
            actor=actor,
            now=now,
            subject=request.subject,
            after=asked | {"确认人": actor.name},
            note=request.reason,
        )


def end_with_subject(
    kind: type[Asked],
    subject: Model,
    *,
    why: str,
    now: datetime,
    only: Callable[[Asked], bool] = lambda _: True,
    told: bool = False,
) -> None:
    """End the open requests of ``kind``, or ``only`` those for which that holds, of which nothing can come any more since
    ``subject`` is not what it was: ``why``, a few words for their list and their author, who is told. ``told``: so are
    those whom it was put to, and it is logged."""
    for request in _open_about(kind).all(subject=subject.pk):
        setattr(request, kind.subject_field, subject)
        if only(request) and _end(request, OPEN, agree=False, note=why, by=None, now=now):
            tell_ended(request, why, now=now)
            if told:
                _record("request.overtaken", matter_of(request), request, actor=None, now=now)
                tell_withdrawn(request, why, now=now)


@cache
def _open_about(kind: type[TwoPersonRequest]) -> Prepared:
    rows = kind._default_manager.filter(OPEN, **{kind.subject_field: Given("subject")})
    return Prepared(lambda: rows.select_related("requested_by"))


# --- The same for every matter --------------------------------------------------------------------


def decide(
    request: TwoPersonRequest,
    *,
    agree: bool,
    note: str,
    actor: User,
    now: datetime,
    proof: Proof = Proof.SESSION,
) -> None:
    """Decide ``request`` as its matter does: the one door of every decision of a second person.

    ``proof`` is how ``actor`` showed that it is he: by the session in which he decides, or as
    `on_the_spot` asks for it. It is kept with the request. The caller has checked that ``actor``
    may decide. Raises the refusal of the matter.
    """
    request.proof = proof  # written with the decision, by `settle`
    matter_of(request).decide(request=request, agree=agree, note=note, actor=actor, now=now)


@transaction.atomic
def withdraw(request: TwoPersonRequest, *, actor: User, now: datetime) -> None:
    """End one's own ``request`` before anybody decided it; logs it, and tells whom it was put to.

    Raises the refusal of the matter for everybody but its author, when it was settled or has
    expired, and when nothing may be changed about its subject any more.
    """
    matter = matter_of(request)
    matter.lock(request.subject)
    check_author(request, actor, matter.refused, now=now)
    if not _end(request, waits(now), agree=False, note="", by=None, now=now):
        raise matter.refused(SETTLED)
    matter.given_up(request=request, actor=actor, now=now)
    _record("request.withdraw", matter, request, actor=actor, now=now)
    tell_withdrawn(request, now=now)


def expire_requests(*, now: datetime) -> int:
    """End all requests whose time is over; return how many. One that fails keeps no other open."""
    ended = 0
    for matter in MATTERS:
        for request in requests_of(matter).filter(OPEN, expires_at__lte=now):
            try:
                ended += expire(request, now=now)
            except Exception:
                logger.exception("request %s %s cannot be ended", matter.code, request.pk)
    return ended


@transaction.atomic
def expire(request: TwoPersonRequest, *, now: datetime) -> bool:
    """End ``request`` if its time is over and nobody decided it, log it and tell its author; True
    if it did. A second run changes nothing."""
    matter = matter_of(request)
    matter.lock(request.subject)
    due = OPEN & Q(expires_at__lte=now)
    if not _end(request, due, agree=False, note="", by=None, now=now):
        return False
    matter.given_up(request=request, actor=None, now=now)
    _record("request.expire", matter, request, actor=None, now=now)
    tell_ended(request, NOBODY_DECIDED, now=now)
    return True


def _record(
    action: str, matter: Matter, request: TwoPersonRequest, *, actor: User | None, now: datetime
) -> None:
    asked = {"申请": matter.words.label}
    record(action, actor=actor, now=now, subject=request.subject, after=asked, note=request.reason)


def _end(
    request: TwoPersonRequest, still: Q, *, agree: bool, note: str, by: User | None, now: datetime
) -> bool:
    """Write the end of ``request`` if ``still`` holds for its row; False when it does not."""
    changed = (
        type(request)
        ._default_manager.filter(still, pk=request.pk)
        .update(
            decided_by=by,
            decided_at=now,
            agreed=agree,
            note=note.strip(),
            proof=request.proof,
        )
    )
    if changed:
        # The update went past the instance.
        request.refresh_from_db(fields=["decided_by", "decided_at", "agreed", "note"])
    return bool(changed)
