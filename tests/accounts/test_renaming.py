"""A permission gets another code by a migration: whoever had it has it, and nobody else."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import KnownPermission, Role, RolePermission, User
from expertpool.accounts.services.renaming import rename_permission
from expertpool.accounts.services.tokens import find_token
from tests.factories.accounts import make_token, make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db
OLD, NEW = "reports.ledger", "reports.book"


def again(user: User) -> User:
    return User.objects.get(pk=user.pk)


def rename(old: str, new: str) -> None:
    rename_permission(old, new)(None, SimpleNamespace(connection=connection))


def test_a_renamed_right_is_had_by_whom_it_was_given_and_by_nobody_else(supervisor: User) -> None:
    forger = make_user("department")
    row = RolePermission.objects.get(role=supervisor.roles.get(), code=OLD)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_rolepermission (role_id, code, scope, proof) VALUES (%s, %s, %s, %s)",
            [forger.roles.get().pk, OLD, row.scope, bytes(row.proof)],
        )
    token = make_token(supervisor, OLD, "draws.view")
    other = make_token(supervisor, "draws.view")
    rename(OLD, NEW)
    assert again(supervisor).has_permission(NEW)
    assert not again(supervisor).has_permission(OLD)
    assert not again(forger).has_permission(NEW)
    found = find_token(token.text, now=timezone.now())
    assert found is not None
    assert sorted(found.scopes) == ["draws.view", NEW]
    assert find_token(other.text, now=timezone.now()) is not None
    known = KnownPermission.objects.values_list("code", flat=True)
    assert NEW in known or not known
    assert OLD not in known
    rename(OLD, NEW)
    assert again(supervisor).has_permission(NEW)


def test_rights_that_were_renamed_by_a_statement_are_made_good(
    client: Client, supervisor: User, admin: User
) -> None:
    """As after an upgrade in one go from a version whose rights had no proofs."""
    migration = import_module("expertpool.reports.migrations.0003_renamed_rights")
    role = supervisor.roles.get()
    rows = RolePermission.objects.filter(role=role, code=OLD)
    row = rows.get()
    row.code = "draws.ledger"
    row.save()
    rows.model.objects.filter(pk=row.pk).update(code=OLD)
    assert not again(supervisor).has_permission(OLD)
    page = login(client, admin).get(reverse("accounts:role_edit", args=[role.pk]))
    assert page.content.decode().count("现在不起作用") == 1
    for operation in migration.Migration.operations:
        operation.code(None, SimpleNamespace(connection=connection))
    assert again(supervisor).has_permission(OLD)
    assert Role.objects.get(pk=role.pk).permissions.filter(code="draws.ledger").count() == 0
    assert "现在不起作用" not in client.get(page.wsgi_request.path).content.decode()
