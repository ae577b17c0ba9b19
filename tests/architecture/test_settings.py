"""Whatever an app declares as a setting is on the page."""

from __future__ import annotations

from importlib import import_module

from expertpool.core.configuration import SITE_SETTINGS, Setting
from tests.architecture.app_order import APPS_DIR


def test_every_declared_setting_is_in_the_catalogue() -> None:
    declared = [
        value
        for path in APPS_DIR.glob("*/settings.py")
        for value in vars(import_module(f"expertpool.{path.parent.name}.settings")).values()
        if isinstance(value, Setting)
    ]
    assert len(declared) > 20
    assert {setting.code for setting in declared} - {
        setting.code for setting in SITE_SETTINGS
    } == set()


def test_every_setting_says_what_it_does() -> None:
    assert [setting.label for setting in SITE_SETTINGS if not setting.help] == []
