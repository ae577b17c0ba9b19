"""The catalogue of permissions and the guard of views."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from expertpool.core.permissions import (
    Permission,
    PermissionGroup,
    UnknownPermission,
    get_permission,
    permission_groups,
    register_permissions,
    required_codes,
    requires,
)


class Holder:
    def __init__(self, *codes: str) -> None:
        self.codes = codes

    def has_permission(self, code: str) -> bool:
        return code in self.codes


def test_the_catalogue_knows_its_codes() -> None:
    assert get_permission("directory.edit").label == "维护基础资料"
    with pytest.raises(UnknownPermission):
        get_permission("directory.eat")


def test_registering_again_changes_nothing_and_doubles_are_refused() -> None:
    before = permission_groups()
    group = next(group for group in before if group.code == "directory")
    register_permissions(group)
    assert permission_groups() == before
    with pytest.raises(ValueError, match="directory is declared twice"):
        register_permissions(PermissionGroup("directory", "另一组", ()))


def test_every_code_is_unique_and_begins_with_its_group() -> None:
    codes = [code for group in permission_groups() for code in group.permissions]
    assert len({code.code for code in codes}) == len(codes)
    for group in permission_groups():
        assert all(one.code.startswith(f"{group.code}.") for one in group.permissions)


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
    assert get_permission("experts.view").scoped is True
