"""The catalogue of actions: each app registers its codes with labels in ``apps.ready()``."""

from __future__ import annotations

_actions: dict[str, str] = {}


class UnknownAction(LookupError):
    """An action code that no app registered: a programming error."""


def register_actions(**labels: str) -> None:
    """Register actions; ``expert__create`` stands for the code ``expert.create``."""
    for name, label in labels.items():
        _actions[name.replace("__", ".")] = label


def action_label(code: str) -> str:
    return _actions.get(code, code)


def all_actions() -> dict[str, str]:
    return dict(_actions)


def check_action(code: str) -> None:
    if code not in _actions:
        raise UnknownAction(code)
