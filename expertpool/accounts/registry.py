"""What upper apps know of accounts: what else keeps one from signing in, whose password nobody else sets,
whose phone and mail stand elsewhere, who is none of the office, what hangs on one, what is read along, and where addresses are. Declared in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q

from expertpool.core.catalogue import Catalogue
from expertpool.core.permissions import undeclared


@dataclass(frozen=True)
class SignInBar:
    """``why(user)``: why he may not act by his account now, as a sentence for himself, for as long as it says so; empty:
    he may. Asked at each attempt; whoever bars somebody ends what he is signed in by (`services.users.end_access`).
    ``states(users)``: of those of the accounts (ids) that may not now, what they are, in a word or two for the office.
    ``narrowed``: of which users (a condition) the session opens no more than `core.registry.NARROW_PAGES`, by the
    rights ``keeps``: they sign in all the same, and do nothing else by their accounts."""

    code: str
    why: Callable[[Any], str]  # of a user
    states: Callable[[Collection[int]], Mapping[int, str]]
    narrowed: Callable[[], Any] | None = None
    keeps: tuple[str, ...] = ()


SIGN_IN_BARS: Catalogue[SignInBar] = Catalogue("sign-in bar")


def is_barred(user: Any) -> bool:
    """Tell whether ``user``, enabled or not, may not act by his account now, by a token say."""
    return bool(why_barred(user))


def why_barred(user: Any) -> str:
    """Return why ``user`` may not act by his account now, for himself; empty: he may."""
    return next(filter(None, (bar.why(user) for bar in SIGN_IN_BARS)), "")


def why_shut_out(user: Any) -> str:
    """Return why ``user`` may not even sign in to what is left to him (`SignInBar.narrowed`), for himself; empty:
    he may."""
    narrowed = type(user).objects.filter(narrowing(), pk=user.pk)
    return "" if narrowed.exists() else why_barred(user)


def narrowing() -> Q:
    """Return whose session is narrowed, as an expression of users."""
    asked = [Q(bar.narrowed()) for bar in SIGN_IN_BARS if bar.narrowed is not None]
    return reduce(or_, asked, Q(pk__in=[]))


def kept_rights() -> frozenset[str]:
    """Return the rights of somebody whose session is narrowed."""
    return frozenset(code for bar in SIGN_IN_BARS for code in bar.keeps)


def barred_states(users: Collection[int]) -> dict[int, str]:
    """Return what bars those of ``users`` (ids) that something bars; one question for each bar."""
    return {user: state for bar in SIGN_IN_BARS for user, state in bar.states(users).items()}


@dataclass(frozen=True)
class PasswordLink:
    """Accounts whose password only their owner sets, by a link that is sent to him.

    ``is_for(user)``: whether the account is one; ``send(user, now, by_himself)`` sends the link, in
    the transaction that took his password away, or that asks for him what he asked for himself. It raises NotAllowed where there is no way to him alone.
    """

    code: str
    is_for: Callable[[Any], bool]  # of a user
    send: Callable[[Any, datetime, bool], None]


PASSWORD_LINKS: Catalogue[PasswordLink] = Catalogue("password link")


def password_link(user: Any) -> PasswordLink | None:
    """Return by what ``user`` is sent a link instead of being given a password."""
    return next((one for one in PASSWORD_LINKS if one.is_for(user)), None)


@dataclass(frozen=True)
class PasswordBar:
    """Accounts that have no password here: ``why(user)`` says, for himself, where he signs in instead; empty: he
    signs in by his password. Nobody is given one meanwhile."""

    code: str
    why: Callable[[Any], str]  # of a user


PASSWORD_BARS: Catalogue[PasswordBar] = Catalogue("password bar")


def why_no_password(user: Any) -> str:
    """Return why ``user`` does not sign in by a password of this system, for himself; empty: he does."""
    return next(filter(None, (bar.why(user) for bar in PASSWORD_BARS)), "")


class PasswordAnswer(Enum):
    """What a `PasswordDoor` says. DOWN: nothing, or that he is not let in, ``why``; KEPT_OUT: it did not look at the
    password, since whoever's account it is may not try now."""

    RIGHT = auto()
    WRONG = auto()
    ABSENT = auto()
    DOWN = auto()
    KEPT_OUT = auto()


@dataclass(frozen=True)
class Answered:
    """What a `PasswordDoor` says, and of whom (``user``, where it is RIGHT)."""

    said: PasswordAnswer
    user: Any = None
    why: str = ""


@dataclass(frozen=True)
class PasswordDoor:
    """Another place that knows passwords, by which one signs in as ``method``. ``is_asked_of(user)``: whether it answers for
    the account, or (None) for who has none; ``ask(user, typed, password, now, may_try)`` asks it, outside of any transaction.
    Once it knows whose account the password would open (None: nobody's yet), by whatever name he was asked for, and before it
    looks at the password, it counts the attempt by ``may_try(account)``, and goes on only where that allows it. ``beside``:
    what whoever is refused reads as well, whoever he is; nothing, where it answers."""

    code: str
    method: Any
    is_asked_of: Callable[[Any], bool]
    ask: Callable[[Any, str, str, datetime, Callable[[Any], bool]], Answered]
    beside: Callable[[], str] = str


PASSWORD_DOORS: Catalogue[PasswordDoor] = Catalogue("password door")


def password_door(user: Any) -> PasswordDoor | None:
    """Return which other place is asked for the password of ``user`` (None: of who has no account)."""
    return next((one for one in PASSWORD_DOORS if one.is_asked_of(user)), None)


@dataclass(frozen=True)
class ContactOwners:
    """People with a file of their own in which phone and mail stand.

    ``keeps(user)``: whether those of this account are not written with it, and ``instead`` what to do
    then, as one sentence; ``taken(user, field, index)``: why ``user`` may not have a ``phone`` or ``email``
    with this index, which is another's; empty: he may.
    """

    code: str
    keeps: Callable[[Any], bool]
    taken: Callable[[Any, str, bytes], str]
    instead: str


CONTACT_OWNERS: Catalogue[ContactOwners] = Catalogue("kind of contact owners")


def contacts_instead(user: Any) -> str:
    """Return why phone and mail of ``user`` are not written here, and what to do instead; empty: they are."""
    if user.pk is None:
        return ""
    return next((one.instead for one in CONTACT_OWNERS if one.keeps(user)), "")


@dataclass(frozen=True)
class Outsiders:
    """Accounts of people who do not work for the office: what two persons decide is none of their
    matter. ``among(users)`` returns those of ``users`` (ids) whose is one; ``managed(users, since)`` by whom they were let
    into theirs, as `queries.managed_since` has it of all accounts."""

    code: str
    among: Callable[[Collection[int]], set[int]]
    managed: Callable[[Collection[int], datetime], Iterable[Any]]


OUTSIDERS: Catalogue[Outsiders] = Catalogue("kind of outsiders")


@dataclass(frozen=True)
class OtherHands:
    """A way by which somebody else comes to use accounts that are not opened or changed for it: ``managed(users, since)``
    returns by whom those of ``users`` (ids) were, as `queries.managed_since` has it of all accounts."""

    code: str
    managed: Callable[[Collection[int], datetime], Iterable[Any]]


OTHER_HANDS: Catalogue[OtherHands] = Catalogue("way of other hands into accounts")


@dataclass(frozen=True)
class LeftBehind:
    """What nobody does any more once an account is disabled: ``of(users)`` returns it for those of the
    accounts (ids) of whom there is something, as sentences to whoever disables one."""

    code: str
    of: Callable[[Collection[int]], Mapping[int, str]]


LEFT_BEHIND: Catalogue[LeftBehind] = Catalogue("thing left behind")


def left_behind(users: Collection[int]) -> dict[int, str]:
    """Return all that is left behind by each of ``users``; one question each, however many they are."""
    found: dict[int, str] = {}
    for one in LEFT_BEHIND:
        for user, words in one.of(users).items():
            found[user] = found.get(user, "") + words
    return found


@dataclass(frozen=True)
class ReadAlong:
    """What each page has to know of whoever asks for it: ``of()`` is an expression of users, which is read with
    the user of a session, and stands on him as ``code``."""

    code: str
    of: Callable[[], Any]


READ_ALONG: Catalogue[ReadAlong] = Catalogue("thing read along")


@dataclass(frozen=True)
class SecondStep:
    """More than a password: ``is_needed(user)`` tells whether he has to show it when he signs in, on the page of the
    URL name ``page``, which ends by `services.second_steps.finish`. ``keeps_app(user)``: why his authenticator is not
    taken away, for himself; empty: it may be."""

    code: str
    is_needed: Callable[[Any], bool]
    page: str
    keeps_app: Callable[[Any], str]


SECOND_STEPS: Catalogue[SecondStep] = Catalogue("second step")


def second_step(user: Any) -> SecondStep | None:
    """Return what ``user`` has to show beside his password; None: nothing."""
    return next((one for one in SECOND_STEPS if one.is_needed(user)), None)


def why_app_stays(user: Any) -> str:
    """Return why ``user`` may not do without his authenticator; empty: he may."""
    return next(filter(None, (one.keeps_app(user) for one in SECOND_STEPS)), "")


@dataclass(frozen=True)
class Regions:
    """Where addresses are: ``of(addresses)`` returns the region of each that is known."""

    code: str
    of: Callable[[Collection[str]], Mapping[str, str]]


REGIONS: Catalogue[Regions] = Catalogue("source of regions")


def regions_of(addresses: Collection[str]) -> dict[str, str]:
    """Return the regions of those of ``addresses`` of which one is known; one question for each source."""
    known = [address for address in addresses if address]
    if not known:
        return {}
    return {address: region for one in REGIONS for address, region in one.of(known).items()}


@dataclass(frozen=True)
class TokenPage:
    """A page that a token opens by its address, without anybody signing in: for a screen that nobody sits at. A token
    does only where ``permission`` is all that it may, since an address is seen by whoever stands there. ``url_name``
    takes the text of the token."""

    permission: str
    url_name: str


TOKEN_PAGES: Catalogue[TokenPage] = Catalogue(
    "page of a token",
    code=lambda one: one.permission,
    faults=lambda one: undeclared(one.permission),
)


@dataclass(frozen=True)
class Leaving:
    """Where whoever signs out of here signs out as well: ``way_out(session)`` is an address outside, asked before the
    session ends; empty: nowhere."""

    code: str
    way_out: Callable[[Any], str]


LEAVINGS: Catalogue[Leaving] = Catalogue("way out of elsewhere")
