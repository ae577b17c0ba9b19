"""Departments in statistics: what they are called, and side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from expertpool.accounts.models import Department


def department_words(keys: Sequence[Any]) -> dict[Any, str]:
    """Return the names of departments (ids); ValueError for one that is none."""
    names = dict(Department.objects.filter(pk__in=keys).values_list("pk", "name"))
    try:
        return {key: names[key] for key in keys}
    except KeyError as error:
        raise ValueError(*error.args) from None
