"""The words of the log: each app registers the labels of its actions, and of values that are no
fields of a model, in ``apps.ready()``."""

from __future__ import annotations

_actions: dict[str, str] = {}
_values: dict[str, str] = {}
_former: dict[str, str] = {}


class UnknownAction(LookupError):
    """An action code that no app registered: a programming error."""


def register_actions(**labels: str) -> None:
    """Register actions; ``expert__create`` stands for the code ``expert.create``."""
    for name, label in labels.items():
        _actions[name.replace("__", ".")] = label


def register_former_names(names: dict[str, str]) -> None:
    """Register what actions and types of subjects were called once: the old name → today's.

    The chain holds entries as they were written, so that nothing in it can be renamed.
    """
    _former.update(names)


def name_today(name: str) -> str:
    """Return what an action or a type of subject in an entry is called now."""
    return _former.get(name, name)


def all_names(name: str) -> list[str]:
    """Return ``name`` and what it was called before."""
    return [name, *(old for old, new in _former.items() if new == name)]


def action_label(code: str) -> str:
    code = name_today(code)
    return _actions.get(code, code)


def all_actions() -> dict[str, str]:
    return dict(_actions)


def check_action(code: str) -> None:
    if code not in _actions:
        raise UnknownAction(code)


def register_value_labels(labels: dict[str, str]) -> None:
    """Register what names and codes in ``before`` and ``after`` are called, where no field of the
    subject says it (``{"sha256": "校验值", "masked": "脱敏"}``)."""
    _values.update(labels)


def value_label(code: str) -> str:
    return _values.get(code, code)
