"""Requests that two persons decide: who may, and which ones a user sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Model, Q, QuerySet

from expertpool.accounts.models import User
from expertpool.core.counting import first_of_each
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import moment_text
from expertpool.workflow.enums import OUTCOME_TONES, RequestOutcome
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries.asking import OPEN, is_asked, only_asked
from expertpool.workflow.queries.matters import MATTERS, Matter, Words, matter_of
from expertpool.workflow.queries.second_person import (
    NOT_THE_SAME,
    why_not_second,
    why_too_new,
)

SETTLED = "该申请已经有人处理，请刷新页面。"
EXPIRED = "该申请已过有效期，不能再处理；仍有需要时请重新申请。"
NOT_THE_AUTHOR = "只有申请人本人可以撤回。"
LATELY = timedelta(days=30)
MOST = 200  # of one kind in a list


def waits(now: datetime) -> Q:
    """Requests that somebody may still decide."""
    return OPEN & Q(expires_at__gt=now)


def check_waiting(
    asked: TwoPersonRequest | None, refused: type[Exception], *, now: datetime
) -> None:
    """Refuse (``refused``) whatever is done with a request that was settled, has expired or was never
    asked for."""
    if asked is not None and asked.outcome == RequestOutcome.OVERTAKEN:
        raise refused(f"该申请已终止：{asked.note}。请刷新页面。")
    if asked is None or asked.decided_at is not None or not is_asked(asked):
        raise refused(SETTLED)
    if asked.expires_at <= now:
        raise refused(EXPIRED)


def check_second_person(
    asked: TwoPersonRequest | None, user: User, refused: type[Exception], *, now: datetime
) -> None:
    """Refuse (``refused``) that ``user`` decides what somebody asked: not waiting, or his own."""
    check_waiting(asked, refused, now=now)
    if asked is not None and asked.requested_by_id == user.pk:
        raise refused(NOT_THE_SAME)


def check_agreeable(
    asked: TwoPersonRequest, user: User, refused: type[Exception], *, now: datetime
) -> None:
    """Refuse (``refused``) that ``user`` agrees to what waits: before the time to object is over, as
    whoever last changed it, or as an account that need not be another person."""
    if why_not := why_not_agreeable(matter_of(asked), asked, user, now=now):
        raise refused(why_not)


def check_refusable(
    asked: TwoPersonRequest, user: User, refused: type[Exception], *, now: datetime
) -> None:
    """Refuse (``refused``) that an account that is too new turns down what waits; where there is time to object everybody
    may who may decide."""
    if matter_of(asked).with_objection:
        return
    if why_not := why_too_new(user, asked_at=asked.requested_at, now=now):
        raise refused(why_not)


def why_not_agreeable(matter: Matter, asked: TwoPersonRequest, user: User, *, now: datetime) -> str:
    """Return the same as a sentence for ``user``; empty when he may."""
    if early := why_too_early(matter, asked, now=now):
        return f"{early}；有异议的请在此之前点「不同意」。"
    firsts = {asked.requested_by_id, *matter.editors(asked)}
    return why_not_second(user, firsts, asked_at=asked.requested_at, now=now)


def why_too_early(matter: Matter, asked: TwoPersonRequest, *, now: datetime) -> str:
    """Return that nobody may agree yet, while there is time to object; empty once it is over."""
    if now >= (opens := matter.agreeable_at(asked)):
        return ""
    return f"已通知所有能确认的人，{moment_text(opens)} 之后才能确认"


def check_confirmable_here(
    asked: TwoPersonRequest, user: User, refused: type[Exception], *, now: datetime
) -> None:
    """Refuse (``refused``) that a second person agrees in the window of ``user``: not his request, not
    waiting, or while there is time to object."""
    check_author(asked, user, refused, now=now)
    if early := why_too_early(matter_of(asked), asked, now=now):
        raise refused(f"{early}。")


def check_author(
    asked: TwoPersonRequest | None, user: User, refused: type[Exception], *, now: datetime
) -> None:
    """Refuse (``refused``) that ``user`` withdraws a request: not waiting, or somebody else's."""
    check_waiting(asked, refused, now=now)
    if asked is not None and asked.requested_by_id != user.pk:
        raise refused(NOT_THE_AUTHOR)


def requests_of(matter: Matter) -> QuerySet[Any]:
    """All requests of ``matter``, with what lists show of them."""
    related = ("requested_by", "decided_by", matter.model.subject_field, *matter.related)
    return matter.model._default_manager.select_related(*related)


def decidable_by(matter: Matter, user: User) -> QuerySet[Any]:
    """Requests about what ``user`` reaches by the right to decide, his own among them."""
    return _reached(matter, user, matter.decides)


def asked_by(matter: Matter, user: User) -> QuerySet[Any]:
    """The requests of ``user`` himself, about what he still reaches by the right to ask."""
    return _reached(matter, user, matter.asks).filter(requested_by=user)


def visible_requests(matter: Matter, user: User) -> QuerySet[Any]:
    """Requests that ``user`` may decide, or asked for himself."""
    return decidable_by(matter, user) | asked_by(matter, user)


def _reached(matter: Matter, user: User, permission: str) -> QuerySet[Any]:
    rows = requests_of(matter)
    if not user.has_permission(permission):
        return rows.none()
    subjects = matter.subjects(user, permission).order_by().values("pk")
    return rows.filter(**{f"{matter.model.subject_field}__in": subjects})


def requests_to_decide(matter: Matter, user: User, *, now: datetime) -> QuerySet[Any]:
    """What waits for ``user`` to decide: never his own; what ends first comes first."""
    found = decidable_by(matter, user).filter(waits(now)).exclude(requested_by=user)
    return found.order_by("expires_at", "pk")


def matters_waiting(user: User, *, now: datetime) -> list[Matter]:
    """Return the matters in which anybody else's request waits that ``user`` may have to decide: asked
    once for all of them."""
    mine = [matter for matter in MATTERS if user.has_permission(matter.decides)]
    if not mine:
        return []
    found = {code for (code,) in _waiting_in(tuple(mine)).all(user=user.pk, now=now)}
    return [matter for matter in mine if matter.code in found]


@cache
def _waiting_in(matters: tuple[Matter, ...]) -> Prepared:
    waiting = Q(OPEN, ~Q(requested_by=Given("user")), expires_at__gt=Given("now"))
    return Prepared(
        lambda: first_of_each(
            (one.code, one.model._default_manager.filter(waiting)) for one in matters
        )
    )


@dataclass(frozen=True)
class RequestLine:
    """A request as a list shows it."""

    matter: Matter
    asked: Any

    @property
    def name(self) -> str:
        return self.matter.name_of(self.asked.subject)

    @property
    def details(self) -> str:
        return self.matter.details(self.asked)

    @property
    def words(self) -> Words:
        return self.matter.words_for(self.asked)

    @property
    def page(self) -> str:
        return self.matter.page(self.asked.subject)

    @property
    def look(self) -> str:
        """The address of the drawer of the matter itself, where there is more to read."""
        return self.matter.look(self.asked) if self.matter.look else ""

    @property
    def tone(self) -> str:
        return OUTCOME_TONES[self.asked.outcome]


def lines_to_decide(user: User, *, now: datetime) -> list[RequestLine]:
    """What waits for ``user`` in all matters, what ends first on top."""
    lines = _lines((matter, requests_to_decide(matter, user, now=now)) for matter in MATTERS)
    return sorted(lines, key=lambda line: line.asked.expires_at)


def lines_asked_by(user: User, *, now: datetime) -> list[RequestLine]:
    """What ``user`` asked for and another has not decided yet, what ends first on top."""
    lines = _lines((matter, asked_by(matter, user).filter(waits(now))) for matter in MATTERS)
    return sorted(lines, key=lambda line: line.asked.expires_at)


def lines_settled(user: User, *, now: datetime) -> list[RequestLine]:
    """What has ended LATELY of all that ``user`` may decide or asked for, the last on top."""
    lines = _lines(
        (matter, visible_requests(matter, user).filter(decided_at__gt=now - LATELY))
        for matter in MATTERS
    )
    return sorted(lines, key=lambda line: line.asked.decided_at, reverse=True)


def _lines(found: Iterable[tuple[Matter, QuerySet[Any]]]) -> list[RequestLine]:
    return [
        RequestLine(matter, asked) for matter, rows in found for asked in only_asked(rows[:MOST])
    ]


@dataclass(frozen=True)
class WaitingRequest:
    """A request as the page of its subject shows it. ``why_not`` says what keeps from agreeing;
    ``contents`` finds what is asked for in full, where there is more and the user may see it; ``warns`` what he should
    know before he agrees."""

    matter: Matter
    asked: Any
    may_decide: bool
    may_withdraw: bool
    why_not: str = ""
    contents: Callable[[], Any] | None = None
    warns: Callable[[], str] = str
    user: User | None = None

    @property
    def name(self) -> str:
        """Of what it is asked: for a page on which requests about several stand."""
        return self.matter.name_of(self.asked.subject)

    @property
    def details(self) -> str:
        if self.user is None:
            return self.matter.details(self.asked)
        return self.matter.details_for(self.asked, self.user)

    @property
    def words(self) -> Words:
        return self.matter.words_for(self.asked)

    @property
    def question(self) -> str:
        """What is asked before he agrees."""
        return f"{self.words.question}{self.warns()}"

    @property
    def may_agree(self) -> bool:
        return self.may_decide and not self.why_not

    @property
    def may_confirm_here(self) -> bool:
        """Whether a second person may agree in this window, which is that of whoever asked."""
        return self.may_withdraw and self.matter.on_the_spot and not self.why_not

    @property
    def look(self) -> str:
        """The address of the drawer with what is asked for, for those who may see it."""
        shown = self.matter.look and (self.may_decide or self.may_withdraw)
        return self.matter.look(self.asked) if self.matter.look and shown else ""


def waiting_about(
    subject: Model, user: User, *, now: datetime, among: Iterable[Matter] | None = None
) -> list[WaitingRequest]:
    """Return what waits for a second person about ``subject``, for the card on its page, which
    shows it to all who see that page; ``among`` what `open_matters` found, where that is known."""
    return [
        waiting_request(matter, asked, user, now=now)
        for matter in (open_matters(subject) if among is None else among)
        for asked in only_asked(_about(matter, subject).filter(waits(now)))
    ]


def open_matters_about(subject: Model) -> list[Matter]:
    """Return the matters of which somebody asked about ``subject`` here and that have not ended."""
    return [
        matter
        for matter in open_matters(subject)
        if only_asked(_about(matter, subject).filter(OPEN))
    ]


def open_matters(subject: Model) -> list[Matter]:
    """Return the matters of which a request about ``subject`` stands as open in the database: asked once
    for all of them, since there is seldom any."""
    matters = tuple(matter for matter in MATTERS if matter.subject_model is type(subject))
    if not matters:
        return []
    found = {code for (code,) in _open_of(matters).all(subject=subject.pk)}
    return [matter for matter in matters if matter.code in found]


@cache
def _open_of(matters: tuple[Matter, ...]) -> Prepared:
    return Prepared(
        lambda: first_of_each(
            (one.code, _about(one, Given("subject")).filter(OPEN)) for one in matters
        )
    )


def _about(matter: Matter, subject: Model | Given) -> QuerySet[Any]:
    return requests_of(matter).filter(**{matter.model.subject_field: subject})


def waiting_request(matter: Matter, asked: Any, user: User, *, now: datetime) -> WaitingRequest:
    """Tell what ``user`` may do with ``asked``, which waits."""
    found = _waiting_request(matter, asked, user, now)
    found = replace(found, user=user, warns=lambda: matter.warns(asked, user))
    if not matter.shows or not (found.may_decide or found.may_withdraw):
        return found
    return replace(found, contents=lambda: matter.contents(asked, user, now))


def _waiting_request(matter: Matter, asked: Any, user: User, now: datetime) -> WaitingRequest:
    own = asked.requested_by_id == user.pk
    if own:
        reached = asked_by(matter, user).filter(pk=asked.pk).exists()
        early = why_too_early(matter, asked, now=now)
        return WaitingRequest(matter, asked, False, reached, f"{early}。" if early else "")
    if not decidable_by(matter, user).filter(pk=asked.pk).exists():
        return WaitingRequest(matter, asked, False, False)
    if why_not := why_not_agreeable(matter, asked, user, now=now):
        return WaitingRequest(matter, asked, True, False, why_not)
    try:
        matter.check(request=asked, actor=user, now=now)
    except matter.refused as error:
        return WaitingRequest(matter, asked, True, False, str(error))
    return WaitingRequest(matter, asked, True, False)
