"""What is switched on for the regimes, for draws at a moment: what was loosened counts a day later
(docs/decisions/0174)."""

from __future__ import annotations

from datetime import datetime

from expertpool.core.configuration import Setting, value_of
from expertpool.projects.enums import RegimeOption
from expertpool.projects.models import Project
from expertpool.projects.rules import is_working_day
from expertpool.projects.settings import ALLOWED, BLOCKING, DEMANDS
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries import LOWERED_AFTER, read_before, readings_since

__all__ = ["blocking_rules", "has_option", "is_loosened", "is_working_day"]


def blocking_rules(regime: str, *, now: datetime) -> frozenset[str]:
    """Return the codes of the rules of ``regime`` that stop a draw at ``now``: those that did at any moment
    of the day before."""
    setting = BLOCKING.get(regime)
    return frozenset().union(*_since_a_day(setting, now)) if setting else frozenset()


def has_option(project: Project, option: RegimeOption, *, now: datetime) -> bool:
    """Tell whether ``option`` is on for the regime of ``project`` at ``now``: one that allows something was on
    all day, one that demands something is on or was."""
    within = [option in chosen for chosen in _since_a_day(ALLOWED[project.regime], now)]
    return any(within) if option in DEMANDS else all(within)


def is_loosened(setting: Setting[tuple[str, ...]], change: SettingChange) -> bool:
    """Tell whether draws may do more since ``change``, the last one of ``setting``."""
    was: tuple[str, ...] = read_before(change)(setting)
    now: tuple[str, ...] = value_of(setting)
    gone, new = {*was} - {*now}, {*now} - {*was}
    return bool(gone) if setting in BLOCKING.values() else bool(gone & DEMANDS or new - DEMANDS)


def _since_a_day(setting: Setting[tuple[str, ...]], now: datetime) -> list[tuple[str, ...]]:
    return [read(setting) for read in readings_since(now - LOWERED_AFTER, [setting])]
