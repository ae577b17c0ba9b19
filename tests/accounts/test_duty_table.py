"""三员分立: whose work each right is, written out once more, and changes of rows that stand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from expertpool.accounts.models import HeldRole, KnownPermission, Role, RolePermission, User
from expertpool.core.permissions import PERMISSIONS, Duty
from tests.accounts.test_duties import apart, roles_of, three
from tests.factories.accounts import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-11")]
__all__ = ["apart", "three"]
DUTIES = {
    Duty.SYSTEM: {
        *("accounts.departments", "accounts.menus", "accounts.users"),
        *("backups.make", "backups.view", "monitoring.traffic"),
        *("operations.manage", "operations.view", "siteconfig.manage", "webhooks.manage"),
    },
    Duty.SECURITY: {
        *("accounts.roles", "accounts.security", "accounts.tokens"),
        *("networks.manage", "privacy.reads"),
    },
    Duty.AUDIT: {"accounts.logins", "audit.view", "monitoring.view"},
}
# Apps of which every right is of business.
BUSINESS = {
    *("achievements", "automation", "bundles", "certificates", "customforms", "directory"),
    *("draws", "evaluations", "experts", "fees", "inspections", "joining", "notices"),
    *("notifications", "papers", "points", "projects", "reports", "reviews", "workflow"),
}


def test_whose_work_each_right_is() -> None:
    """A right that is new has to be put somewhere, and one that moves to another of the three is seen."""
    found = {
        duty: {one.code for one in PERMISSIONS if one.duty is duty}
        for duty in (Duty.SYSTEM, Duty.SECURITY, Duty.AUDIT)
    }
    assert found == DUTIES
    business = {one.code for one in PERMISSIONS if one.duty is Duty.BUSINESS}
    assert {code for code in business if code.partition(".")[0] not in BUSINESS} == {
        "privacy.decide"
    }


def test_the_database_refuses_to_change_a_row_into_what_it_would_not_take(
    apart: dict[str, User],
) -> None:
    make_user("operator")
    (operator,) = roles_of("operator")
    held = HeldRole.objects.get(user=apart["system"])
    clerk = HeldRole.objects.filter(role=operator).first()
    right = RolePermission.objects.filter(role=held.role).first()
    assert clerk is not None
    assert right is not None
    changes = (
        lambda: HeldRole.objects.filter(pk=clerk.pk).update(user=apart["system"]),
        lambda: RolePermission.objects.filter(pk=right.pk).update(code="draws.run"),
        lambda: RolePermission.objects.filter(role=operator, code="draws.run").update(
            code="audit.view", role=held.role
        ),
        lambda: RolePermission.objects.filter(pk=right.pk).update(code="audit.view"),
    )
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
    assert Role.objects.get(pk=held.role_id).permissions.filter(pk=right.pk).exists()


def at_its_end() -> None:
    """Look now at what the database looks at when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@transaction.atomic
def loosen(
    change: Callable[[QuerySet[KnownPermission]], object], rows: QuerySet[KnownPermission]
) -> None:
    change(rows)
    at_its_end()


LOOSENED: dict[str, Callable[[QuerySet[KnownPermission]], object]] = {
    "of business": lambda rows: rows.update(duty=Duty.BUSINESS),
    "of another": lambda rows: rows.update(duty=Duty.AUDIT),
    "called otherwise": lambda rows: rows.update(code="siteconfig.nothing"),
    "gone": lambda rows: rows.delete(),
}


@pytest.mark.parametrize("change", LOOSENED)
def test_whose_work_a_right_is_stands_while_the_three_are_apart(
    apart: dict[str, User], change: str
) -> None:
    rows = KnownPermission.objects.filter(code="siteconfig.manage")
    assert rows.get().duty == Duty.SYSTEM
    with pytest.raises(IntegrityError, match="stays the work of the same"):
        loosen(LOOSENED[change], rows)
    assert rows.get().duty == Duty.SYSTEM


def test_a_right_is_renamed_and_one_that_nobody_has_goes(apart: dict[str, User]) -> None:
    KnownPermission.objects.filter(code="siteconfig.manage").update(code="siteconfig.run")
    RolePermission.objects.filter(code="siteconfig.manage").update(code="siteconfig.run")
    RolePermission.objects.filter(code="backups.make").delete()
    KnownPermission.objects.filter(code="backups.make").delete()
    at_its_end()
    assert not KnownPermission.objects.filter(
        code__in=("siteconfig.manage", "backups.make")
    ).exists()


def test_it_may_change_while_they_are_not(three: dict[str, User]) -> None:
    KnownPermission.objects.filter(code="siteconfig.manage").update(duty=Duty.BUSINESS)
    at_its_end()
