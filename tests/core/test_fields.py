"""Encrypted columns, shown by the phone of a user."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction

from expertpool.accounts.models import User
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db


def stored(user: User) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE id = %s", [user.pk])
        return bytes(cursor.fetchone()[0])


def test_the_database_holds_no_clear_text() -> None:
    user = make_user(phone="13800138000")
    assert b"13800138000" not in stored(user)
    assert User.objects.get(pk=user.pk).phone == "13800138000"
    assert User.objects.values_list("phone", flat=True).get(pk=user.pk) == "13800138000"


def test_an_empty_value_stays_empty() -> None:
    user = make_user()
    assert stored(user) == b""
    assert User.objects.get(pk=user.pk).phone == ""


def test_every_way_of_writing_encrypts() -> None:
    user = make_user()
    User.objects.filter(pk=user.pk).update(phone="13800138001")
    assert b"138" not in stored(user)
    assert User.objects.get(pk=user.pk).phone == "13800138001"
    user.phone = "13800138002"
    User.objects.bulk_update([user], ["phone"])
    assert b"138" not in stored(user)
    user.refresh_from_db()
    assert user.phone == "13800138002"


@pytest.mark.parametrize("lookup", ["phone", "phone__in", "phone__contains", "phone__gt"])
def test_search_through_the_ciphertext_is_refused(lookup: str) -> None:
    with pytest.raises(FieldError, match="blind index"):
        User.objects.filter(**{lookup: ["1"]}).count()


def test_equal_values_collide_by_their_index() -> None:
    make_user(phone="13800138000")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(phone="13800138000")
    make_user()
    make_user()  # several without a phone
