"""Signing in and out: who may, how often it may be tried, and what is kept of each attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Greatest, Least

from expertpool.accounts.enums import SUCCEEDED, LoginMethod, LoginOutcome
from expertpool.accounts.exceptions import TooManyAttempts, WrongPassword
from expertpool.accounts.models import LoginRecord, User, contact_index
from expertpool.accounts.registry import (
    second_step,
    why_barred,
    why_no_password,
    why_shut_out,
)
from expertpool.accounts.services.addresses import (
    counts_as_failed,
    has_tried_too_often,
    is_open_at,
    may_try_all_the_same,
    shut_after_failures,
    typed_index,
)
from expertpool.accounts.services.devices import describe_device
from expertpool.accounts.settings import FAILURES_TO_LOCK, LOCK_TIME
from expertpool.accounts.validators import clean_username
from expertpool.audit.services import record
from expertpool.core.client import network_of
from expertpool.core.configuration import value_of
from expertpool.core.text import clean_code, mask_middle, moment_text
from expertpool.core.validators import MOBILE

FIRST_WAIT = timedelta(seconds=30)  # doubled by each further failure
STOPPED = "账号和密码都对，但这个账号已停用，不能登录；请联系管理员。"
MOST_FAILURES = 1000  # that are counted


@dataclass(frozen=True)
class SignIn:
    """What came of an attempt; ``user`` is there only on success. ``why`` is a sentence for somebody whose
    password was right, and who may not sign in now. ``waits`` is whose password was right, and who has more to show
    (`second_steps`). ``method``: by what he said who he is, and ``typed``, its digest."""

    outcome: LoginOutcome
    user: User | None = None
    why: str = ""
    waits: User | None = None
    method: LoginMethod = LoginMethod.USERNAME
    typed: bytes = b""


@dataclass(frozen=True)
class _Attempt:
    identifier: str
    method: LoginMethod
    address: str
    user_agent: str
    now: datetime
    typed: bytes


def sign_in(
    *,
    identifier: str,
    password: str,
    address: str,
    device: str,
    now: datetime,
    known: int | None = None,
) -> SignIn:
    """Check who ``identifier`` (account name, phone or mail) and ``password`` are.

    ``device`` is the User-Agent. Every attempt leaves a LoginRecord. After so many failures in a
    row as `accounts.settings` say an account waits, longer each time; after others within a while
    an address is blocked (`services.addresses`), for all but the account (id) as whose this browser is
    ``known``. All answers but the last take the same time and shall be shown by the same
    message, so that nobody learns which accounts exist; only who knows the password of an account that
    may not sign in is told why (``SignIn.why``). Who is let in to what is left to him alone
    (`registry.SignInBar`) is let in here.
    """
    return _try(
        identifier, password, address, device, now, LoginOutcome.SUCCESS, why_shut_out, known
    )


def prove_identity(
    *, identifier: str, password: str, address: str, device: str, now: datetime
) -> SignIn:
    """Check by `sign_in`'s rules who stands before somebody else's window; nobody is signed in, and who may
    not act by his account is refused.

    The record of a success says 当面确认; the caller logs what was confirmed. A password alone confirms nothing for
    somebody who does not sign in by it either (``SignIn.waits``).
    """
    return _try(identifier, password, address, device, now, LoginOutcome.CONFIRMED, why_barred)


def _try(
    identifier: str,
    password: str,
    address: str,
    device: str,
    now: datetime,
    success: LoginOutcome,
    why_not: Callable[[User], str],
    known: int | None = None,
) -> SignIn:
    text = clean_code(identifier)
    attempt = _Attempt(text, _method(text), address, device, now, typed_index(text))
    # Before anything is hashed: whoever is shut out must not keep the processors busy.
    is_open = is_open_at(address, now=now)
    if not (is_open or known) or has_tried_too_often(attempt.typed, address, now=now):
        return _finish(attempt, LoginOutcome.RATE_LIMITED, None)
    with transaction.atomic():
        user = find_account(attempt.identifier)
        if not is_open and not may_try_all_the_same(user, known):
            return _finish(attempt, LoginOutcome.RATE_LIMITED, None)
        outcome, why = _check(user, password, why_not, now)
        if outcome == LoginOutcome.SUCCESS and user is not None:
            if second_step(user):
                take_back_attempt(user)
                return _finish(attempt, LoginOutcome.SECOND_STEP, user)
            outcome = success
            forget_attempts(user)
        return _finish(attempt, outcome, user, why)


@transaction.atomic
def sign_out(*, user: User, now: datetime) -> None:
    """Note that ``user`` signs out; the view ends the session."""
    record("user.sign_out", actor=user, subject=user, now=now)


def _method(identifier: str) -> LoginMethod:
    if "@" in identifier:
        return LoginMethod.EMAIL
    return LoginMethod.PHONE if MOBILE.fullmatch(identifier) else LoginMethod.USERNAME


def find_account(identifier: str) -> User | None:
    """Return whose account ``identifier`` (account name, phone or mail, cleaned) is."""
    method = _method(identifier)
    if method == LoginMethod.USERNAME:
        return User.objects.filter(username=clean_username(identifier)).first()
    index = contact_index(method.value, identifier)
    return User.objects.filter(**{f"{method.value}_index": index}).first()


def _check(
    user: User | None, password: str, why_not: Callable[[User], str], now: datetime
) -> tuple[LoginOutcome, str]:
    """Return what the attempt comes to, and what its owner is told. Every way hashes once, and so takes the
    same time."""
    if user is None:
        make_password(password)
        return LoginOutcome.UNKNOWN_ACCOUNT, ""
    why = why_not(user) if user.is_active else STOPPED
    if not claim_attempt(user, now):
        make_password(password)
        return LoginOutcome.LOCKED, ""
    if not check_password(password, user.password_hash):
        return LoginOutcome.DISABLED if why else LoginOutcome.WRONG_PASSWORD, ""
    if why := why or why_no_password(user):
        forget_attempts(user)
        return LoginOutcome.DISABLED, why
    return LoginOutcome.SUCCESS, ""


def claim_attempt(user: User, now: datetime) -> bool:
    """Count this attempt as failed before the password is looked at; False while the account waits.

    Each failure after so many makes it wait twice as long as the one before: guessing takes ever
    longer, and whoever it belongs to is never shut out for more than the longest wait. One conditional update: of any number of attempts at the same moment only so many get through,
    since each waits for the row until the one before is decided.
    """
    free = Q(locked_until__isnull=True) | Q(locked_until__lte=now)
    return bool(
        User.objects.filter(free, pk=user.pk).update(
            failed_logins=Least(F("failed_logins") + 1, MOST_FAILURES),
            locked_until=Case(
                *(
                    When(failed_logins__gte=failures - 1, then=Value(now + wait))
                    for failures, wait in _waits()
                ),
                default=Value(None),
            ),
        )
    )


@dataclass(frozen=True)
class Claim:
    """One attempt of an account (id) that was counted, and until when the account waits by it."""

    account: int
    until: datetime | None

    def take_back(self) -> None:
        """Do `take_back_attempt` some time later: a wait that another attempt brought meanwhile stays."""
        ours = When(locked_until=self.until, then=Value(None))
        User.objects.filter(pk=self.account).update(
            failed_logins=Greatest(F("failed_logins") - 1, 0),
            locked_until=Case(ours, default=F("locked_until")),
        )


@transaction.atomic
def claim_to_take_back(user: User, now: datetime) -> Claim | None:
    """Do `claim_attempt` for an attempt that is decided outside of this transaction; None while the account waits."""
    if not claim_attempt(user, now):
        return None
    # The row is still ours alone.
    return Claim(user.pk, User.objects.values_list("locked_until", flat=True).get(pk=user.pk))


def is_waiting(user: User, now: datetime) -> bool:
    """Tell whether `claim_attempt` would refuse ``user`` now; it decides."""
    return User.objects.filter(pk=user.pk, locked_until__gt=now).exists()


def check_own_password(user: User, password: str, *, now: datetime) -> None:
    """Refuse (WrongPassword) a password that is not the one of ``user``, who is signed in already, by
    the rules of signing in: whoever finds his window open guesses no more than at the door
    (TooManyAttempts). Not inside a transaction that a refusal takes back: a wrong one counts."""
    if not is_himself(user, lambda: check_password(password, user.password_hash), now=now):
        raise WrongPassword


def is_himself(user: User, shows: Callable[[], bool], *, now: datetime) -> bool:
    """Tell whether ``shows`` that it is ``user``, who is known already: by his password, by a code of
    his authenticator. A wrong attempt counts as at the door, and its lock is noted; whoever tried too
    often is not asked (TooManyAttempts)."""
    if not claim_attempt(user, now):
        raise TooManyAttempts
    if not shows():
        _note_lock(user, now)
        return False
    forget_attempts(user)
    return True


def forget_attempts(user: User) -> None:
    """Take back what `claim_attempt` counted: it was right."""
    User.objects.filter(pk=user.pk).update(failed_logins=0, locked_until=None)


def take_back_attempt(user: User) -> None:
    """Take back the one attempt that `claim_attempt` counted in this transaction: the password was right, and more is
    to be shown. What failed before goes on counting, else a right password began the count of guessed codes anew;
    but nobody waits because of the password that he knows, so that a stranger's failures keep him from no code."""
    User.objects.filter(pk=user.pk).update(
        failed_logins=Greatest(F("failed_logins") - 1, 0), locked_until=None
    )


def _waits() -> list[tuple[int, timedelta]]:
    """Return from how many failures in a row on an account waits how long, the most first."""
    longest, waits = value_of(LOCK_TIME), [min(FIRST_WAIT, value_of(LOCK_TIME))]
    while waits[-1] < longest:
        waits.append(min(2 * waits[-1], longest))
    return list(enumerate(waits, start=value_of(FAILURES_TO_LOCK)))[::-1]


def _keep(attempt: _Attempt, outcome: LoginOutcome, user: User | None) -> LoginRecord:
    return LoginRecord.objects.create(
        at=attempt.now,
        # Never all that was typed: people put their password into the wrong box.
        account=user.username if user else mask_middle(attempt.identifier[:20], head=2, tail=0),
        method=attempt.method,
        user=user,
        address=attempt.address,
        network=network_of(attempt.address),
        device=describe_device(attempt.user_agent),
        user_agent=attempt.user_agent[:300],
        outcome=outcome,
        typed=attempt.typed,
    )


def _finish(attempt: _Attempt, outcome: LoginOutcome, user: User | None, why: str = "") -> SignIn:
    _keep(attempt, outcome, user)
    if counts_as_failed(outcome, user):
        shut_after_failures(attempt.address, now=attempt.now)
    if user is not None and outcome in SUCCEEDED:
        if outcome == LoginOutcome.SUCCESS:
            record("user.sign_in", actor=user, subject=user, now=attempt.now)
        return SignIn(outcome, user, method=attempt.method)
    if user is not None and outcome == LoginOutcome.SECOND_STEP:
        return SignIn(outcome, waits=user, method=attempt.method, typed=attempt.typed)
    if user is not None and outcome == LoginOutcome.WRONG_PASSWORD:
        _note_lock(user, attempt.now)
    return SignIn(outcome, why=why)


def ask_by(*, identifier: str, address: str, device: str, now: datetime) -> LoginRecord:
    """Keep that somebody forgot the password of ``identifier``, and return what is kept, with the account that it is,
    if any."""
    text = clean_code(identifier)
    attempt = _Attempt(text, _method(text), address, device, now, typed_index(text))
    return _keep(attempt, LoginOutcome.LINK_ASKED, find_account(attempt.identifier))


def note_sign_in(
    user: User | None,
    outcome: LoginOutcome,
    *,
    method: LoginMethod,
    typed: bytes,
    address: str,
    device: str,
    now: datetime,
    said: str = "",
) -> None:
    """Keep how a sign-in ended that went on after the password, or was vouched for by others, by what was typed there
    (``method`` and ``typed``); ``said``: as whom, where that is no user."""
    name = user.username if user else said
    _finish(_Attempt(name, method, address, device, now, typed), outcome, user)


def _note_lock(user: User, now: datetime) -> None:
    # By the row as the claim left it; an attempt before the end of the wait notes nothing.
    waiting = User.objects.filter(pk=user.pk, locked_until__gt=now).first()
    if waiting is not None:
        note = (
            f"连续 {waiting.failed_logins} 次失败，{moment_text(waiting.locked_until)} 之后可再试"
        )
        record("user.lock", actor=None, subject=user, note=note, now=now)
