"""Many counts by one statement."""

from __future__ import annotations

import pytest
from pytest_django.fixtures import DjangoAssertNumQueries

from expertpool.accounts.models import Role, User
from expertpool.core.counting import counted
from tests.factories.accounts import make_user


@pytest.mark.django_db
def test_rows_of_several_kinds_are_counted_by_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        make_user("operator")
    users = User.objects.select_related("department").order_by("name")
    questions = [
        users,
        7,
        users[:2],
        users.none(),
        Role.objects.filter(code="operator"),
        Role.objects.filter(users__in=users).distinct(),
        users.filter(name="niemand"),
    ]
    with django_assert_num_queries(1):
        assert counted(questions) == [3, 7, 2, 0, 1, 1, 0]
    with django_assert_num_queries(0):
        assert counted([1, 2]) == [1, 2]
        assert counted([]) == []
