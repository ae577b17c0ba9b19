"""Encrypted columns, shown by the phone of a user."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from expertpool.accounts.models import User
from expertpool.core.crypto import DecryptionError
from expertpool.core.fields import Sealed, encrypted
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
PHONE = "13800138000"


def stored(user: User, column: str = "phone") -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone, email FROM accounts_user WHERE id = %s", [user.pk])
        phone, email = cursor.fetchone()
    return bytes(phone if column == "phone" else email)


def store(user: User, token: bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET phone = %s WHERE id = %s", [token, user.pk])


def test_the_database_holds_no_clear_text() -> None:
    user = make_user(phone=PHONE)
    assert PHONE.encode() not in stored(user)
    assert User.objects.get(pk=user.pk).phone == PHONE


def test_an_empty_value_stays_empty() -> None:
    user = make_user()
    assert stored(user) == b""
    assert User.objects.get(pk=user.pk).phone == ""


def test_a_value_moved_to_another_row_or_column_is_refused() -> None:
    one, two = make_user(phone=PHONE), make_user(phone="13800138001", email="two@example.cn")
    store(two, stored(one))
    with pytest.raises(DecryptionError, match="不在它原来的位置"):
        _ = User.objects.get(pk=two.pk).phone
    store(two, stored(two, "email"))
    with pytest.raises(DecryptionError, match="不在它原来的位置"):
        _ = User.objects.get(pk=two.pk).phone
    assert User.objects.get(pk=two.pk).email == "two@example.cn"


def test_what_a_row_is_known_by_never_changes() -> None:
    user = make_user(phone=PHONE)
    with pytest.raises(IntegrityError, match="never change"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(username="other")
    User.objects.filter(pk=user.pk).update(username=user.username)


def test_nothing_is_decrypted_before_it_is_read(settings: Any) -> None:
    make_user(phone=PHONE)
    settings.FIELD_KEY = "0" * 64
    user = User.objects.get(phone_index__isnull=False)
    with pytest.raises(DecryptionError, match="FIELD_KEY_OLD"):
        _ = user.phone


def test_values_cannot_be_read_without_their_row() -> None:
    make_user(phone=PHONE)
    (value,) = User.objects.exclude(phone_index=None).values_list("phone", flat=True)
    assert isinstance(value, Sealed)
    with pytest.raises(FieldError, match="attribute of its row"):
        str(value)
    assert PHONE not in repr(value)


def test_every_way_of_loading_a_row_reads(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    pk = make_user(phone=PHONE).pk
    with django_assert_num_queries(2):
        assert User.objects.defer("phone").get(pk=pk).phone == PHONE
    with django_assert_num_queries(2):
        assert User.objects.only("name").get(pk=pk).phone == PHONE
    with django_assert_num_queries(1):
        assert User.objects.only("username", "phone").get(pk=pk).phone == PHONE
    assert User.objects.in_bulk([pk])[pk].phone == PHONE
    user = User(pk=pk, username="")
    user.refresh_from_db()
    assert user.phone == PHONE


def test_a_row_is_saved_as_it_was_loaded() -> None:
    user = User.objects.get(pk=make_user(phone=PHONE).pk)
    before = stored(user)
    user.save()
    assert user.phone == PHONE
    user.save()
    assert stored(user) == before
    user.phone = "13800138002"
    user.save(update_fields=["phone"])
    assert stored(user) != before
    assert User.objects.get(pk=user.pk).phone == "13800138002"


def test_a_copy_of_a_row_is_bound_anew() -> None:
    user = User.objects.get(pk=make_user(phone=PHONE).pk)
    assert (user.phone, bool(user.password)) == (PHONE, True)  # read: what is bound to the old name
    user.pk, user.username, user.phone_index = None, "copy", None
    user._state.adding = True
    user.save()
    assert User.objects.get(username="copy").phone == PHONE


def test_rows_are_written_at_once() -> None:
    User.objects.bulk_create(User(username=f"u{n}", phone=f"1380013800{n}") for n in range(3))
    rows = User.objects.filter(username__in=["u0", "u1", "u2"]).order_by("username")
    assert [row.phone for row in rows] == ["13800138000", "13800138001", "13800138002"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET phone = %s WHERE username = 'u0'",
            [encrypted(User, "phone").token("13900139000", "u0")],
        )
    assert User.objects.get(username="u0").phone == "13900139000"


def test_tokens_of_many_rows_stand_as_their_values_do() -> None:
    field, user = encrypted(User, "phone"), make_user(phone=PHONE)
    empty, token = field.token_each([("", ["u0"]), (PHONE, [user.username])])
    assert empty == field.token("", "u0") == b""
    assert field.open(user, Sealed(token)) == PHONE


def test_a_value_is_never_written_without_its_row() -> None:
    user = make_user(phone=PHONE)
    with pytest.raises(FieldError, match="save the row"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(phone="13800138001")
    with pytest.raises(FieldError, match="save the row"), transaction.atomic():
        User.objects.bulk_update([user], ["phone"])
    User.objects.filter(pk=user.pk).update(phone="")
    assert User.objects.get(pk=user.pk).phone == ""


@pytest.mark.parametrize("lookup", ["phone", "phone__in", "phone__contains", "phone__gt"])
def test_search_through_the_ciphertext_is_refused(lookup: str) -> None:
    with pytest.raises(FieldError, match="blind index"):
        User.objects.filter(**{lookup: ["1"]}).count()


def test_equal_values_collide_by_their_index() -> None:
    make_user(phone=PHONE)
    with pytest.raises(IntegrityError), transaction.atomic():
        make_user(phone=PHONE)
    make_user()
    make_user()  # several without a phone
