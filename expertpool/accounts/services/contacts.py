"""Phone and mail of an account: by each, one person is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from expertpool.accounts.exceptions import TooManyTaken
from expertpool.accounts.models import User, contact_index
from expertpool.accounts.registry import CONTACT_OWNERS
from expertpool.accounts.settings import TAKEN_PER_HOUR
from expertpool.audit.services import Telling, few_refusals, record, told_left
from expertpool.core.configuration import value_of
from expertpool.core.limits import one_at_a_time
from expertpool.core.validators import validate_email_address, validate_mobile

CONTACTS = {"phone": validate_mobile, "email": validate_email_address}
LABELS = {"phone": "手机号", "email": "邮箱"}
TAKEN = "taken"


def contacts_of(user: User) -> dict[str, str]:
    return {field: getattr(user, field) for field in CONTACTS}


@contextmanager
def few_taken(actor: User | None, *, now: datetime) -> Iterator[None]:
    """Run a change of an account as one transaction, in which ``actor`` may learn by a refusal that a
    phone or mail is in the pool, or another account's. Each such is logged; after so many within an hour
    as the office says nothing is looked up for him (TooManyTaken). None: nobody is told anything."""
    with few_refusals(TELLING, actor=actor, now=now) if actor else transaction.atomic():
        yield


def check_contacts(user: User) -> None:
    """Refuse (ValidationError by field) what is no phone or mail."""
    for field, validate in CONTACTS.items():
        try:
            if value := getattr(user, field):
                validate(value)
        except ValidationError as error:
            raise ValidationError({field: error.messages}) from error


def take_contacts(user: User) -> None:
    """Let ``user``, who is saved, be found by his phone and mail. Refuses (ValidationError by field) those
    that are another account's or stand in the file of somebody else. The last step of a change: nobody
    asked by one that is refused for something else, without a trace."""
    indexes = {field: contact_index(field, getattr(user, field)) for field in CONTACTS}
    # What he has already, from before it was refused, does not keep the rest from being saved.
    new = {
        field: index for field, index in indexes.items() if index != getattr(user, f"{field}_index")
    }
    _refuse_taken(user, new)
    for field, index in new.items():
        setattr(user, f"{field}_index", index)
    try:
        # A savepoint: after a refusal of the database it is still asked whose it is.
        with transaction.atomic():
            user.save(update_fields=[f"{field}_index" for field in new])
    except IntegrityError:
        _refuse_taken(user, new)
        raise


def _refuse_taken(user: User, indexes: dict[str, bytes | None]) -> None:
    for field, index in indexes.items():
        if index is not None and (why := _why_taken(user, field, index)):
            raise ValidationError({field: ValidationError(why, code=TAKEN)})


def _why_taken(user: User, field: str, index: bytes) -> str:
    if User.objects.filter(**{f"{field}_index": index}).exclude(pk=user.pk).exists():
        return "已有账号使用，请核对；一个人用一个账号。"
    sentences = (owners.taken(user, field, index) for owners in CONTACT_OWNERS)
    return next(filter(None, sentences), "")


def why_taken(field: str, value: str) -> str:
    """Return why nobody new may have ``value`` as ``field``; empty: he may. It tells something: see `FewTold`."""
    index = contact_index(field, value)
    return _why_taken(User(), field, index) if index is not None else ""


class FewTold:
    """How often ``actor`` may still be told, in one transaction about many accounts, that a phone or mail is
    somebody's: as often in an hour as `few_taken` tells it, which counts one refusal each."""

    def __init__(self, actor: User, now: datetime) -> None:
        self._actor, self._now = actor, now
        self._left: int | None = None

    @property
    def is_exhausted(self) -> bool:
        return self.left <= 0

    @property
    def left(self) -> int:
        """How often: counted at the first question, while no other transaction of his asks one."""
        if self._left is None:
            with one_at_a_time(TELLING.limit, self._actor):
                self._left = told_left(TELLING, actor=self._actor, now=self._now)
        return self._left

    @property
    def words(self) -> str:
        return str(TooManyTaken(value_of(TAKEN_PER_HOUR)))

    def note(self, label: str) -> None:
        """Count and log that he was told so of one."""
        self._left = self.left - 1
        record(TELLING.action, actor=self._actor, now=self._now, note=label)


def _note(error: Exception) -> str:
    by_field = getattr(error, "error_dict", {})
    fields = [
        field for field, errors in by_field.items() if any(one.code == TAKEN for one in errors)
    ]
    return "、".join(LABELS[field] for field in fields)


TELLING = Telling("user.taken", TAKEN_PER_HOUR, _note, TooManyTaken)
