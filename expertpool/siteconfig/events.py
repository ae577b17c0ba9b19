"""Facts about settings."""

from __future__ import annotations

from dataclasses import dataclass

from expertpool.core.configuration.reading import Stored


@dataclass(frozen=True)
class SettingChanged:
    """Somebody has set a value, or brought the default back."""

    change_id: int


@dataclass(frozen=True)
class SettingsSaved:
    """Somebody has saved some values of a group together; ``before`` is all that was stored until then."""

    change_ids: tuple[int, ...]
    before: Stored
