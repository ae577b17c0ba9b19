"""What .importlinter says about the apps, for the rules that import-linter cannot check."""

from __future__ import annotations

import re
from configparser import ConfigParser

from config.environment import BASE_DIR

APPS_DIR = BASE_DIR / "expertpool"


def contract(name: str) -> dict[str, str]:
    parser = ConfigParser()
    parser.read(BASE_DIR / ".importlinter")
    return dict(parser[f"importlinter:contract:{name}"])


def ranks() -> dict[str, int]:
    """Return the height of each app: higher ones may know lower ones; siblings are level."""
    layers = contract("app-order")["layers"].split("\n")
    rows = [re.findall(r"\w+", layer) for layer in reversed(layers)]
    return {app: height for height, row in enumerate(rows) for app in row}


def apps() -> set[str]:
    """Return the names of the folders that are apps."""
    return {path.parent.name for path in APPS_DIR.glob("*/__init__.py")}
