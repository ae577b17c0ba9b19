"""Write docs/api/openapi.json, the description of the interface: `make openapi`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import django

TARGET = Path(__file__).resolve().parent.parent / "docs/api/openapi.json"


def description() -> str:
    """Return the description as it is kept: sorted, so that a change shows as a difference."""
    from config.api import api  # noqa: PLC0415 - needs Django

    schema = api.get_openapi_schema()
    return json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    django.setup()
    TARGET.write_text(description())


if __name__ == "__main__":
    main()
