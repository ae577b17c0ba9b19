"""Facts about settings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SettingChanged:
    """Somebody has set a value, or brought the default back."""

    change_id: int
