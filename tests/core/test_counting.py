"""Many counts by one statement."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction
from django.db.models import Value
from pytest_django.fixtures import DjangoAssertNumQueries

from expertpool.accounts.models import Role, User
from expertpool.core import counting
from expertpool.core.counting import counted, counted_lately, keys_of
from expertpool.core.prepared import MOST_PLANS, Statement
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


@pytest.mark.django_db
def test_of_what_is_asked_often_the_plan_is_kept(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    users = [make_user("operator", name=name) for name in ("100%", "李%s", "王")]
    for at in range(MOST_PLANS + 3):  # so many texts, each with other values
        for user in (*users, *users, *users):
            named = User.objects.filter(name=user.name, name__contains="%").exclude(
                name__regex="%$"
            )
            some = User.objects.annotate(**{f"at{at}": Value(at)})[: at + 1]
            asked = [named, User.objects.none(), some, 7]
            with django_assert_num_queries(1):
                found = counted(asked, often="test")
            assert found == counted(asked)
            assert found[:1] == [1 if user.name == "李%s" else 0]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(generic_plans) FROM pg_prepared_statements WHERE name LIKE 'test%'"
        )
        kept, generic = cursor.fetchone()
    assert kept <= MOST_PLANS
    assert generic > 0
    assert counted([Role.objects.order_by()], often="test") == [Role.objects.count()]


@pytest.mark.django_db
def test_what_has_one_plan_is_not_planned_for_each_value(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """The database would plan the first five by their values, and all others where that looks cheaper."""
    users = [make_user("operator") for _ in range(3)]
    for at in range(10):
        each = counted([User.objects.filter(pk__lt=at)], often="each")
        assert each == counted([User.objects.exclude(pk__gte=at)], often="one", has_one_plan=True)
    with django_assert_num_queries(1):
        assert counted([User.objects.all()], often="one", has_one_plan=True) == [len(users)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, custom_plans, generic_plans FROM pg_prepared_statements"
            " WHERE name ~ '^(each|one)_0' ORDER BY name"
        )
        assert cursor.fetchall() == [("each_0", 5, 5), ("one_0", 0, 10)]
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("auto",)


@pytest.mark.django_db
def test_one_that_fails_leaves_the_others_their_plans() -> None:
    fails = Statement("SELECT 1 WHERE 1 / %s = 1", [0])
    for _ in range(2):
        with pytest.raises(DataError), transaction.atomic():
            counted([fails], often="fails", has_one_plan=True)
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("auto",)


@pytest.mark.django_db
def test_many_rows_are_not_counted_again_for_a_minute(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(counting, "MANY", 2)
    monkeypatch.setattr(counting, "_many", counting.Recent())
    few, many = make_user("supervisor"), [make_user("operator") for _ in range(3)]
    roles = User.objects.filter(roles__code="operator"), User.objects.filter(pk=few.pk)
    with django_assert_num_queries(1):
        assert counted_lately([*roles, 7, User.objects.none()]) == [3, 1, 7, 0]
    User.objects.filter(pk__in=[few.pk, many[0].pk]).update(is_active=False)
    many[0].roles.clear()
    few.roles.clear()
    with django_assert_num_queries(1):
        assert counted_lately([*roles, 7]) == [3, 1, 7]
    with django_assert_num_queries(0):
        assert counted_lately([roles[0]]) == [3]
    monkeypatch.setattr(counting, "LATELY", 0)
    assert counted_lately(roles) == [2, 1]


def test_counts_are_kept_while_other_threads_keep_theirs() -> None:
    recent = counting.Recent()

    class Meanwhile(float):
        def __rsub__(self, now: float) -> float:
            recent._found["another"] = (2, now)
            return 2.0 * counting.LATELY

    recent._found["old"] = (1, Meanwhile())
    recent.keep({"new": 3})
    assert [recent.get(one) for one in ("another", "new", "old")] == [2, 3, None]


@pytest.mark.django_db
def test_keys_of_many_rows_are_one_statement_and_one_value_each(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    first, second = make_user("operator", name="甲"), make_user("operator", name="乙")
    rows = User.objects.filter(pk__in=[first.pk, second.pk]).values_list("pk", flat=True)
    asked = [rows.order_by("-pk"), rows.filter(name="100%"), rows.none(), rows.order_by("pk")[:1]]
    with django_assert_num_queries(1):
        assert keys_of(asked) == [[second.pk, first.pk], [], [], [first.pk]]
    with django_assert_num_queries(0):
        assert keys_of([]) == []
