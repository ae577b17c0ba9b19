"""Requests that a page makes by itself, while nobody has to sit before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def unattended(view: View) -> View:
    """Mark ``view`` as asked by pages alone: whoever is signed in is not at work because of it (docs/decisions/0405)."""
    view.is_unattended = True  # type: ignore[attr-defined]
    return view
