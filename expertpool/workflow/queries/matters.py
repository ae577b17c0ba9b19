"""What two persons decide: apps declare each kind of request once, as a `Matter`.

Addresses, the card on the page of the subject, the list, todos and the end of a request that
nobody decided follow from it. See docs/howto/add-a-two-person-request.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet

from expertpool.accounts.models import User
from expertpool.accounts.queries import taken_at
from expertpool.core.catalogue import Catalogue, UnknownCode
from expertpool.core.configuration.reading import value_of
from expertpool.core.permissions import undeclared
from expertpool.core.text import next_minute
from expertpool.siteconfig.queries.counting import LOWERED_AFTER, counted
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.settings import OBJECTION_MINUTES, REQUEST_DAYS


@dataclass(frozen=True, kw_only=True)
class Words:
    """How a matter is spoken of."""

    label: str  # 作废抽取: 申请 and 确认 stand before it
    title: str  # of the card on the page of the subject
    agree: str  # the button, and what it asks
    question: str
    asked: str  # messages afterwards
    agreed: str  # a sentence; what comes of it now adds `Matter.next_step`
    turned_down: str


def _nothing(**_: Any) -> None:
    """What most matters do besides."""


@dataclass(frozen=True, kw_only=True)
class Matter:
    """One kind of request: who may ask and decide, about what, and what does it.

    ``subjects(user, permission)`` are those that a user reaches by a permission. ``refused`` is the
    base of whatever the functions refuse with, a sentence for the user. Its services write what
    was asked and decided to the log, by `two_persons.ask` and `two_persons.settle`.
    """

    code: str  # draws.void: stands in addresses
    model: type[TwoPersonRequest]
    words: Words
    asks: str  # permissions
    decides: str
    subjects: Callable[[User, str], QuerySet[Any]]
    name_of: Callable[[Any], str]  # the subject as lists call it, without more queries
    page: Callable[[Any], str]  # its address
    refused: type[Exception]
    decide: Callable[..., Any]  # (request, agree, note, actor, now)
    # Locks the subject; whoever writes does that first, in this order.
    lock: Callable[[Any], Any]
    # (subject, reason, actor, now); None: asked for on a form of its own
    ask: Callable[..., Any] | None = None
    # (request, actor, now): refuses to agree as things stand, for the page to say so
    check: Callable[..., None] = _nothing
    # (request, actor, now): what else ends with a request that came to nothing; actor None: expired
    given_up: Callable[..., None] = _nothing
    # The address of a drawer with what is asked for. Whoever decides looks first: it has the buttons.
    look: Callable[[Any], str] | None = None
    look_label: str = ""
    # What is asked for beside the reason, in a few words for whoever sees the request.
    details: Callable[[Any], str] = lambda _: ""
    # (request, user): whom it is about, by name, where ``user`` may read it; not for messages and lists.
    whom: Callable[[Any, User], str] = lambda _asked, _user: ""
    # What whoever decides at a distance, and sees no page, has to know beyond these. Not in lists: it may ask.
    told: Callable[[Any], str] = lambda _: ""
    # How one request is spoken of, where ``words`` speak of several things.
    words_of: Callable[[Any], Words] | None = None
    # (request, now): what can be done once it was agreed to, as things stand then, a sentence.
    next_step: Callable[[Any, datetime], str] = lambda _asked, _now: ""
    # (request, user): what whoever agrees should know first, a sentence.
    warns: Callable[[Any, User], str] = lambda _asked, _user: ""
    # What is asked for in full, beside the request for whoever decides or asked: a template, and what
    # it takes as ``contents``, (request, user, now).
    shows: str = ""
    contents: Callable[[Any, User, datetime], Any] = lambda _asked, _user, _now: None
    # Who counts as applicant (ids), beside whoever asked: who last changed what would be agreed to.
    editors: Callable[[Any], Iterable[int]] = lambda _: ()
    # Whom it is about (ids), who never agrees to it whatever he may.
    never: Callable[[Any], Iterable[int]] = lambda _: ()
    # Whether those who may decide have time to object before anybody agrees.
    with_objection: bool = False
    # What messages about a request are about; nobody's who may not see all of the subject.
    about: Callable[[Any], Model] = lambda request: request.subject
    related: tuple[str, ...] = ()  # of the model, for ``name_of``
    # Whether he may do so in the window of whoever asked (`services.on_the_spot`). Not where he has
    # to look first at what the other must not see again.
    on_the_spot: bool = False
    term: timedelta | None = None  # how long it waits; None: as long as the office says
    # Until when anything can come of a request at all, where it may be earlier.
    latest: Callable[[Any, datetime], datetime | None] = lambda _asked, _now: None
    icon: str = "user-check"
    tone: str = "primary"  # of the button that agrees
    order: int = 100  # of todos; lower is more urgent

    @property
    def subject_model(self) -> type[Model]:
        """What requests of this matter are about."""
        return cast(
            "type[Model]", self.model._meta.get_field(self.model.subject_field).related_model
        )

    def words_for(self, asked: TwoPersonRequest) -> Words:
        return self.words_of(asked) if self.words_of else self.words

    def agreed_in_words(self, asked: TwoPersonRequest, *, now: datetime) -> str:
        """Return what is told of ``asked`` once somebody has agreed to it."""
        return self.words_for(asked).agreed + self.next_step(asked, now)

    def details_for(self, asked: TwoPersonRequest, user: User) -> str:
        """Return what is asked for, as ``user`` may read it."""
        whom = self.whom(asked, user)
        return self.details(asked) + (f"（{whom}）" if whom else "")

    def agreeable_at(self, asked: TwoPersonRequest) -> datetime:
        """From when somebody may agree to ``asked``; it may be turned down before.

        Where the right to decide was taken out of a role meanwhile, or within the day before, a day after that: who
        has lost it cannot object, and was told (docs/decisions/0395).
        """
        if not self.with_objection:
            return asked.requested_at
        asked_at = asked.requested_at
        opens = asked_at + timedelta(minutes=counted(OBJECTION_MINUTES, asked_at))
        taken = taken_at(self.decides, asked_at - LOWERED_AFTER)
        opens = max(opens, taken + LOWERED_AFTER) if taken else opens
        # Told to the minute: whoever objects before the one that he was told is not too late.
        return next_minute(opens) if opens > asked_at else opens

    def expiry(
        self, asked: TwoPersonRequest, now: datetime, *, able: datetime | None = None
    ) -> datetime:
        """When ``asked``, which is made ``now``, ends by itself; its term begins when somebody is ``able`` to agree."""
        ends = (able or now) + (self.term or timedelta(days=value_of(REQUEST_DAYS)))
        latest = self.latest(asked, now)
        return min(ends, latest) if latest and latest > now else ends


def _faults(matter: Matter) -> Iterator[str]:
    yield from undeclared(matter.asks, matter.decides)
    try:
        _ = matter.subject_model
    except (AttributeError, FieldDoesNotExist):
        yield f"{matter.model.__name__} does not say which field is its subject"
    if any(other.model is matter.model for other in MATTERS if other is not matter):
        yield f"{matter.model.__name__} belongs to another matter, too"


MATTERS: Catalogue[Matter] = Catalogue(
    "matter of two persons", order=lambda matter: matter.order, faults=_faults
)


def matter_of(request: TwoPersonRequest) -> Matter:
    """Return the matter of ``request``; UnknownCode when its app declared none."""
    for matter in MATTERS:
        if isinstance(request, matter.model):
            return matter
    raise UnknownCode(type(request).__name__)


def codes_of_matters() -> tuple[str, ...]:
    """The permissions by which somebody asks or decides anything."""
    return tuple({code: None for matter in MATTERS for code in (matter.asks, matter.decides)})
