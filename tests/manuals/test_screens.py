"""What the manuals put in 「…」 stands on the screens of which they tell: a button that is renamed breaks this."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

from expertpool.manuals.queries.texts import Manual, all_manuals
from tests.architecture.app_order import APPS_DIR
from tests.architecture.url_roles import furnish
from tests.architecture.world import make_world
from tests.manuals.screens import Screens, pages_of

NAMED = re.compile(r"「([^」]+)」")
# Who works by a manual; the security officer's pages are those of an administrator.
WORKS_BY = {manual.code: manual.code for manual in all_manuals()} | dict.fromkeys(
    ("admin", "pool", "security", "common"), "admin"
)


@pytest.fixture(scope="module")
def all_screens(once: Any, media_once: None) -> Screens:
    with once():
        return Screens(furnish(make_world()))


@pytest.fixture
def screens(all_screens: Screens, db: None) -> Screens:
    return all_screens.begin()


@cache
def labels_of(app: str) -> str:
    """Return the texts in templates and code of ``app``: what is shown only in a state that no page is in here."""
    files = [*(APPS_DIR / app).rglob("*.html"), *(APPS_DIR / app).rglob("*.py")]
    return "\n".join(path.read_text() for path in files if "migrations" not in path.parts)


def stands_in_code(word: str, pages: list[str]) -> bool:
    """Tell whether ``word`` is a whole label (in quotes, or between tags) of the apps of ``pages``."""
    whole = re.compile(rf"""["'>]\s*{re.escape(word)}\s*["'<]""")
    return any(whole.search(labels_of(app)) for app in {page.split(":")[0] for page in pages})


@pytest.mark.shows("OPS-08")
@pytest.mark.parametrize("manual", all_manuals(), ids=lambda manual: manual.code)
def test_what_a_manual_names_is_on_the_screen(manual: Manual, screens: Screens) -> None:
    roles = [WORKS_BY[manual.code], *([""] if manual.is_public else [])]
    lost: list[str] = []
    for section in manual.sections:
        pages = list(pages_of(manual, section))
        shown = "\n".join(screens.words(role, name) for role in roles for name in pages)
        lost += [
            f"{section.title}: {word}"
            for word in dict.fromkeys(NAMED.findall(section.text))
            if word not in shown and not stands_in_code(word, pages)
        ]
    assert lost == [], "\n".join(lost)
