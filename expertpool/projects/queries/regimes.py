"""What is switched on for the regimes, for draws at a moment: what was loosened counts a day later
(docs/decisions/0174)."""

from __future__ import annotations

from datetime import datetime

from expertpool.core.configuration import Setting, value_of
from expertpool.projects.enums import RegimeOption
from expertpool.projects.models import Project
from expertpool.projects.rules import is_working_day
from expertpool.projects.settings import ALLOWED, BLOCKING
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.queries.counting import counted, read_before

__all__ = ["blocking_rules", "has_option", "is_loosened", "is_working_day"]


def blocking_rules(regime: str, *, now: datetime) -> frozenset[str]:
    """Return the codes of the rules of ``regime`` that stop a draw at ``now``: those that did at any moment
    of the day before."""
    setting = BLOCKING.get(regime)
    stopping: tuple[str, ...] = counted(setting, now) if setting else ()
    return frozenset(stopping)


def has_option(project: Project, option: RegimeOption, *, now: datetime) -> bool:
    """Tell whether ``option`` is on for the regime of ``project`` at ``now``: one that allows something was on
    all day, one that demands something is on or was."""
    return option in counted(ALLOWED[project.regime], now)


def is_loosened(setting: Setting[tuple[str, ...]], change: SettingChange) -> bool:
    """Tell whether draws may do more since ``change``, the last one of ``setting``."""
    was, now = read_before(change)(setting), value_of(setting)
    return setting.strictest is not None and {*setting.strictest([now, was])} != {*now}
