"""The settings that there are: each app registers its own in ``apps.ready()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from expertpool.core.configuration.kinds import Kind

if TYPE_CHECKING:
    from expertpool.core.configuration.reading import Reader

T = TypeVar("T")


@dataclass(frozen=True)
class SettingGroup:
    """Settings that are shown, edited and checked together."""

    code: str
    label: str
    order: int
    note: str = ""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One decision of the office. ``code`` is ``app.name``; ``help`` says what it does."""

    code: str
    label: str
    kind: Kind[T]
    default: T
    group: SettingGroup
    help: str = ""
    order: int = 100

    def __post_init__(self) -> None:
        self.kind.check(self.default)


@dataclass(frozen=True)
class Rule:
    """What must hold between settings of one group. ``broken`` returns a sentence, or nothing."""

    group: SettingGroup
    broken: Callable[[Reader], str]


class TrialFailed(Exception):
    """What was typed does not work; the message says why and how to mend it."""


@dataclass(frozen=True)
class Trial:
    """A button that tries what is typed before it is saved.

    ``run(read, address)`` returns what to tell, or raises TrialFailed; ``read`` gives the values
    that are typed, ``address`` is what the reader wrote beside the button.
    """

    group: SettingGroup
    label: str
    address_label: str
    run: Callable[[Reader, str], str]


_settings: dict[str, Setting[Any]] = {}
_rules: list[Rule] = []
_trials: dict[str, Trial] = {}


def register_settings(*settings: Setting[Any], rules: tuple[Rule, ...] = ()) -> None:
    """Add to the catalogue; ValueError when another setting has the code."""
    for setting in settings:
        if _settings.setdefault(setting.code, setting) is not setting:
            message = f"setting {setting.code} is declared twice"
            raise ValueError(message)
    _rules.extend(rule for rule in rules if rule not in _rules)


def register_trial(trial: Trial) -> None:
    """Give the settings of a group their button."""
    if _trials.setdefault(trial.group.code, trial) != trial:
        message = f"group {trial.group.code} has a trial already"
        raise ValueError(message)


def all_settings() -> list[Setting[Any]]:
    """Return every setting, by group and order."""
    return sorted(_settings.values(), key=lambda one: (one.group.order, one.order, one.code))


def settings_of(group: SettingGroup) -> list[Setting[Any]]:
    return [setting for setting in all_settings() if setting.group == group]


def setting_groups() -> list[SettingGroup]:
    return list(dict.fromkeys(setting.group for setting in all_settings()))


def rules_of(group: SettingGroup) -> list[Rule]:
    return [rule for rule in _rules if rule.group == group]


def trial_of(group: SettingGroup) -> Trial | None:
    return _trials.get(group.code)


def find_setting(code: str) -> Setting[Any] | None:
    return _settings.get(code)
