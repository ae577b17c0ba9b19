"""The catalogue of permissions and the guard of views."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from expertpool.core import permissions
from expertpool.core.permissions import (
    PERMISSION_GROUPS,
    PERMISSIONS,
    Permission,
    PermissionGroup,
    check_required_codes,
    register_permissions,
    required_codes,
    requires,
    undeclared,
)


class Holder:
    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def has_permission(self, code: str) -> bool:
        return code in self.codes


def test_the_catalogue_knows_its_codes() -> None:
    assert PERMISSIONS["directory.edit"].label == "维护基础资料"
    assert undeclared("directory.edit", "directory.eat") == [
        "permission directory.eat is declared nowhere"
    ]


def test_a_group_is_declared_once_and_so_is_each_permission() -> None:
    with pytest.raises(ValueError, match="permission group 'directory'"):
        register_permissions(PermissionGroup("directory", "另一组", ()))
    double = PermissionGroup("tests", "测试", (Permission("directory.edit", "又一"),))
    with (
        PERMISSION_GROUPS.holding(),
        PERMISSIONS.holding(),
        pytest.raises(ValueError, match=r"permission 'directory\.edit'"),
    ):
        register_permissions(double)


def test_a_view_that_asks_for_an_unknown_code_is_found_at_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert check_required_codes() == []
    monkeypatch.setattr(permissions, "required_codes", {"directory.edit", "directory.eat"})
    (error,) = check_required_codes()
    assert "directory.eat" in error.msg


def test_a_guarded_view_needs_one_of_its_codes() -> None:
    @requires("directory.view", "directory.edit")
    def view(request: HttpRequest, word: str) -> HttpResponse:
        """Says a word."""
        return HttpResponse(word)

    def ask(user: Any) -> bytes:
        request = RequestFactory().get("/")
        request.user = user
        return view(request, word="hello").content

    assert ask(Holder("directory.edit")) == b"hello"
    for user in (Holder(), Holder("directory.eat")):
        with pytest.raises(PermissionDenied):
            ask(user)
    assert view.required_permissions == ("directory.view", "directory.edit")  # type: ignore[attr-defined]
    assert view.__doc__ == "Says a word."
    assert {"directory.view", "directory.edit"} <= required_codes


def test_a_scoped_permission_says_so() -> None:
    assert Permission("a.b", "甲").scoped is False
    assert PERMISSIONS["experts.view"].scoped is True
