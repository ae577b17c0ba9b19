"""Signing in by a password that another place of the office knows: its directory, for those whom it knows."""

from __future__ import annotations

from datetime import datetime

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import User
from expertpool.accounts.registry import (
    PasswordAnswer,
    PasswordDoor,
    password_door,
    second_step,
)
from expertpool.accounts.services import login
from expertpool.accounts.services.addresses import (
    has_tried_too_often,
    is_open_at,
    may_try_all_the_same,
    typed_index,
)
from expertpool.accounts.services.login import SignIn
from expertpool.accounts.services.outside import Vouching, admit
from expertpool.core.text import clean_code


def sign_in(
    *,
    identifier: str,
    password: str,
    address: str,
    device: str,
    now: datetime,
    known: int | None = None,
) -> SignIn:
    """Do what `login.sign_in` does, and ask a `PasswordDoor` for accounts that it answers for; its rules hold all the same:
    an attempt counts, for the account that the door finds, before it looks at the password, which is never inside a
    transaction."""
    text = clean_code(identifier)
    typed = typed_index(text)
    user = login.find_account(text)
    door = password_door(user) if password else None
    is_open = is_open_at(address, now=now)
    is_let_in = is_open or (known is not None and may_try_all_the_same(user, known))
    if door is not None and is_let_in and not has_tried_too_often(typed, address, now=now):
        visit = _Visit(door, user, typed, address, device, known, now, is_open)
        if (done := visit.asked(text, password)) is not None:
            return done
    return login.sign_in(
        identifier=identifier,
        password=password,
        address=address,
        device=device,
        now=now,
        known=known,
    )


class _Visit:
    """One attempt at a ``door`` by whoever may be ``user``: as it was typed, then as the door knows him."""

    def __init__(
        self,
        door: PasswordDoor,
        user: User | None,
        typed: bytes,
        address: str,
        device: str,
        known: int | None,
        now: datetime,
        is_open: bool,
    ) -> None:
        self.door, self.user, self.typed = door, user, typed
        self.address, self.device, self.known, self.now = address, device, known, now
        self.is_open = is_open
        self.claim: login.Claim | None = None
        self.kept_out = LoginOutcome.LOCKED

    def asked(self, text: str, password: str) -> SignIn | None:
        """Return what came of it; None where the door knows nobody of this name."""
        if self.user is not None and login.is_waiting(self.user, self.now):
            return self._over(LoginOutcome.LOCKED)  # nobody is asked for nothing
        answer = self.door.ask(self.user, text, password, self.now, self._may_try)
        if answer.said == PasswordAnswer.RIGHT and answer.user is not None:
            return self._let_in(answer.user)
        if answer.said == PasswordAnswer.WRONG:
            outcome = LoginOutcome.WRONG_PASSWORD if self.user else LoginOutcome.UNKNOWN_ACCOUNT
            return self._over(outcome, said=text)
        if answer.said == PasswordAnswer.KEPT_OUT:
            return self._over(self.kept_out)
        if answer.said == PasswordAnswer.ABSENT:
            return None
        self._take_back()
        return self._over(LoginOutcome.NOT_VOUCHED, answer.why, said=text)

    def _may_try(self, account: User | None) -> bool:
        """Count the attempt for ``account``, whatever was typed: an entry may have several names, or a new one."""
        self.user = account
        if account is None:
            return True
        if not self.is_open and not may_try_all_the_same(account, self.known):
            self.kept_out = LoginOutcome.RATE_LIMITED
            return False
        self.claim = login.claim_to_take_back(account, self.now)
        return self.claim is not None

    def _take_back(self) -> None:
        if self.claim is not None:
            self.claim.take_back()

    def _let_in(self, user: User) -> SignIn:
        if second_step(user):
            self._take_back()
        else:
            login.forget_attempts(user)
        return admit(
            user=User.objects.get(pk=user.pk),
            by=Vouching(self.door.method, self.typed),
            address=self.address,
            device=self.device,
            known=self.known,
            now=self.now,
        )

    def _over(self, outcome: LoginOutcome, why: str = "", *, said: str = "") -> SignIn:
        login.note_sign_in(
            self.user,
            outcome,
            method=self.door.method,
            typed=self.typed,
            address=self.address,
            device=self.device,
            now=self.now,
            said=said,
        )
        return SignIn(outcome, why=why)
