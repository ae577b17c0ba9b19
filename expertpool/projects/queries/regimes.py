"""What is switched on for the regimes."""

from __future__ import annotations

from expertpool.projects.enums import RegimeOption
from expertpool.projects.models import Project, RegimeSetting
from expertpool.projects.rules import is_working_day

__all__ = ["has_option", "is_working_day", "options_on"]


def options_on() -> frozenset[tuple[str, str]]:
    """Return what is on, as (regime, option)."""
    return frozenset(RegimeSetting.objects.filter(on=True).values_list("regime", "option"))


def has_option(project: Project, option: RegimeOption) -> bool:
    """Tell whether ``option`` is on for the regime of ``project``."""
    return RegimeSetting.objects.filter(regime=project.regime, option=option, on=True).exists()
