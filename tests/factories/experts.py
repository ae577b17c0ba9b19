"""Experts and what they refer to, written as the services would; nothing random."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import connection

from expertpool.accounts.models import User
from expertpool.core.validators import USCC_ALPHABET, id_card_check_digit
from expertpool.directory.models import Division, Specialty, SpecialtyScheme, Unit
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import BlacklistAppeal, BlacklistEntry, Expert, Leave, Tag, ToldApart
from expertpool.experts.queries.experts import (
    account_proof,
    email_index,
    id_number_index,
    phone_index,
)
from expertpool.experts.services.appeals import file_appeal
from expertpool.experts.services.blacklist import add_to_blacklist
from expertpool.experts.services.leave import file_leave
from tests.factories.accounts import make_phone, make_user

NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)  # 09:30 in Shanghai

_numbers = count(1)
_units = count(1)


def make_id_number(birth: str = "19800101", *, serial: int = 1, division: str = "110101") -> str:
    """Return a valid ID card number; an odd ``serial`` is a man's."""
    body = f"{division}{birth}{serial:03d}"
    return body + id_card_check_digit(body)


def make_uscc(serial: int) -> str:
    body = f"91110000{serial:09d}"
    total = sum(USCC_ALPHABET.index(char) * pow(3, at, 31) for at, char in enumerate(body))
    return body + USCC_ALPHABET[(31 - total % 31) % 31]


def make_unit(name: str = "", *, uscc: str = "") -> Unit:
    name = name or f"第{next(_units)}设计院"
    return Unit.objects.create(name=name, normalised_name=name, uscc=uscc)


def make_scheme(code: str = "test", name: str = "测试专业分类") -> SpecialtyScheme:
    return SpecialtyScheme.objects.get_or_create(code=code, defaults={"name": name})[0]


def make_specialty(
    code: str, name: str = "", *, parent: Specialty | None = None, scheme: Any = None
) -> Specialty:
    return Specialty.objects.create(
        scheme=parent.scheme if parent else scheme or make_scheme(),
        code=code,
        name=name or f"专业{code}",
        level=parent.level + 1 if parent else 0,
        parent=parent,
        path=f"{parent.path if parent else ''}{code}/",
    )


def make_division(code: str, name: str, *, parent: Division | None = None) -> Division:
    """Return the division ``code``, which the reference data may have already."""
    values = {"name": name, "level": parent.level + 1 if parent else 1, "parent": parent}
    return Division.objects.get_or_create(code=code, defaults=values)[0]


def make_tag(name: str = "骨干") -> Tag:
    return Tag.objects.create(name=name)


def make_apart(one: Expert, other: Expert) -> ToldApart:
    """Two records that somebody has told apart."""
    first, second = sorted((one, other), key=lambda expert: expert.pk)
    return ToldApart.objects.create(first=first, second=second, reason="证件不同", told_at=NOW)


def make_expert(
    name: str = "王小明",
    *,
    phone: str = "",
    id_number: str = "",
    email: str = "",
    specialties: tuple[Specialty, ...] = (),
    tags: tuple[Tag, ...] = (),
    **kw: Any,
) -> Expert:
    """Make an expert in the pool (status formal) with a phone of his own."""
    phone = phone or make_phone()
    kw.setdefault("status", ExpertStatus.FORMAL)
    kw.setdefault("created_at", NOW)
    kw.setdefault("updated_at", kw["created_at"])
    if kw["status"] == ExpertStatus.DELETED:
        kw.setdefault("deleted_at", NOW)
        kw.setdefault("status_before_deletion", ExpertStatus.FORMAL)
    number = kw.pop("number", f"ZJT{next(_numbers):07d}")
    if user := kw.get("user"):
        kw.setdefault("account_proof", account_proof(number, user))
    expert = Expert.objects.create(
        number=number,
        name=name,
        phone=phone,
        phone_index=phone_index(phone),
        id_number=id_number,
        id_number_index=id_number_index(id_number),
        email=email,
        email_index=email_index(email),
        **kw,
    )
    if kw["status"] == ExpertStatus.BLACKLISTED:
        BlacklistEntry.objects.create(expert=expert, reason="泄密", added_at=NOW)
    expert.specialties.set(specialties)
    expert.tags.set(tags)
    return expert


def rename(rows: Iterable[Expert], name: str, **more: Any) -> None:
    """Call ``rows`` otherwise, past the services; ``more`` are columns that change with it."""
    for expert in rows:
        expert.name = name
        for column, value in more.items():
            setattr(expert, column, value)
        expert.save(update_fields=["name", "name_index", *more])


@contextmanager
def doubled_as_before() -> Iterator[None]:
    """Let a phone or mail have two owners, as before the database refused it."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def give_account(expert: Expert, user: User) -> None:
    """Make ``user`` the account of ``expert``, as `open_account` does."""
    expert.user, expert.account_proof = user, account_proof(expert.number, user)
    expert.save()


def go_away(*experts: int, now: datetime) -> None:
    """Let ``experts`` (ids) file a leave themselves, so that no turn of theirs comes."""
    for pk in experts:
        expert = Expert.objects.get(pk=pk)
        if expert.user is None:
            give_account(expert, make_user("expert"))
        file_leave(
            expert=expert,
            start=now - timedelta(days=1),
            end=now + timedelta(days=90),
            reason="出国",
            actor=expert.user,
            now=now,
        )


def come_back(*experts: int, now: datetime) -> None:
    """End the leave of `go_away`."""
    for leave in Leave.objects.filter(expert__in=experts, cancelled_at=None):
        leave.cancelled_at = now
        leave.save(update_fields=["cancelled_at", "end_proof"])


def make_appeal(by: User | None, *, now: datetime = NOW, **kw: Any) -> BlacklistAppeal:
    """Somebody whom ``by`` has put on the blacklist, and who says that he should not be."""
    entry = add_to_blacklist(
        expert=make_expert(**kw), reason="缺席两次", evidence="通报〔2026〕3 号", actor=by, now=now
    )
    return file_appeal(entry=entry, reason="两次都请过假，有记录", now=now)
