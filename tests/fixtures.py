"""Fixtures that every app's tests share: one user for each built-in role, and signing in."""

from __future__ import annotations

import pytest
from django.test import Client

from expertpool.accounts.models import User
from tests.factories.accounts import make_department, make_user


def login(client: Client, user: User) -> Client:
    """Sign ``user`` in without a password; return the client."""
    client.force_login(user, backend="expertpool.accounts.backends.AccountBackend")
    return client


@pytest.fixture
def admin(db: None) -> User:
    return make_user("admin")


@pytest.fixture
def operator(db: None) -> User:
    return make_user("operator")


@pytest.fixture
def department_user(db: None) -> User:
    """Belongs to a department 工程建设部."""
    return make_user("department", department=make_department("工程建设部"))


@pytest.fixture
def supervisor(db: None) -> User:
    return make_user("supervisor")


@pytest.fixture
def finance(db: None) -> User:
    return make_user("finance")


@pytest.fixture
def auditor(db: None) -> User:
    return make_user("auditor")
