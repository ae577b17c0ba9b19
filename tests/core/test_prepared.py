"""Statements that are worked out once and asked with other values."""

from __future__ import annotations

from unittest.mock import Mock

import pytest
from django.db import transaction
from django.db.models import Count, Q
from django.db.transaction import TransactionManagementError
from pytest_django.fixtures import DjangoAssertNumQueries

from expertpool.accounts.models import Role, User
from expertpool.core.counting import first_of_each
from expertpool.core.prepared import Given, Prepared
from tests.factories.accounts import make_department, make_user

pytestmark = pytest.mark.django_db


def test_rows_are_those_of_the_queryset_with_the_values_that_are_given(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    build = Mock(
        side_effect=lambda: (
            User.objects.filter(pk=Given("pk"))
            .select_related("department")
            .annotate(held_roles=Count("roles"))
        )
    )
    prepared = Prepared(build)
    one, other = make_user("operator", department=make_department()), make_user("auditor")
    for user in (one, other):
        with django_assert_num_queries(1):
            found = prepared.first(pk=user.pk)
            assert (found, found.department) == (user, user.department)
        assert found.held_roles == 1
        assert found.phone == user.phone  # an encrypted column
    assert prepared.first(pk=0) is None
    assert build.call_count == 1


def test_nothing_of_an_answer_is_kept() -> None:
    names = Prepared(lambda: User.objects.filter(pk=Given("pk")).values_list("name", "is_active"))
    user = make_user("operator")
    assert names.all(pk=user.pk) == [(user.name, True)]

    User.objects.filter(pk=user.pk).update(is_active=False)

    assert names.all(pk=user.pk) == [(user.name, False)]


def test_values_are_values_and_no_statement() -> None:
    by_name = Prepared(lambda: User.objects.filter(name=Given("name")).values("username"))
    user = make_user("operator", name="50%' OR '1'='1")
    assert by_name.all(name=user.name) == [{"username": user.username}]
    assert by_name.all(name="' OR '1'='1") == []


def test_one_statement_says_which_of_many_questions_have_an_answer(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    user = make_user("operator")
    prepared = Prepared(
        lambda: first_of_each(
            [
                ("users", User.objects.filter(pk=Given("user"))),
                ("others", User.objects.filter(~Q(pk=Given("user")))),
                ("roles", Role.objects.order_by("name")),
            ]
        )
    )
    with django_assert_num_queries(1):
        assert sorted(prepared.all(user=user.pk)) == [("roles",), ("users",)]


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_of_a_transaction_only() -> None:
    locked = Prepared(lambda: User.objects.select_for_update().filter(pk=Given("pk")))
    user = make_user("operator")
    with transaction.atomic():
        assert locked.first(pk=user.pk) == user
    with pytest.raises(TransactionManagementError):
        locked.first(pk=user.pk)
