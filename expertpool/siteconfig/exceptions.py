"""What saving settings refuses; each message says how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class SettingsRefused(Exception):
    """Values outside their bounds, or that do not fit together. ``errors``: by code of setting;
    the sentences under "" belong to all of them."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(errors)
        self.errors = errors


class ChangedMeanwhile(Exception):
    """Somebody else saved settings of the group after this form was read; ``changes`` are his."""

    def __init__(self, changes: Sequence[Any]) -> None:
        super().__init__("设置已被他人修改，请核对后再保存。")
        self.changes = changes
