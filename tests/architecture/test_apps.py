"""Every app has its place and tells what it is for."""

import re

import pytest

from tests.architecture.app_order import APPS_DIR, apps, contract, ranks

# The core is what every app may use: a new module here is a decision, not a convenience.
CORE = {
    "addresses",  # of pages that rows lead to
    "aftermath",
    "answers",  # of the office
    "api",
    "apps",
    "answering",  # of pages
    "arrangement",  # of the menu
    "asking",  # for jobs in somebody's name
    "bounds",
    "bulk",
    "catalogue",
    "client",
    "codes",
    "configuration",
    "connections",  # that end when nobody answers any more
    "connector",  # of the queue
    "context",
    "copying",  # rows with large bytes, as they are
    "counting",
    "criteria",
    "crypto",
    "disks",  # what one refuses, in words
    "documents",
    "duties",
    "events",
    "exporting",
    "fields",
    "filling",
    "finality",  # what has ended stays so
    "garbage",  # what Python takes for it, left alone for a while
    "grants",
    "health",
    "home",
    "icalendar",  # files for calendars
    "importing",
    "jobs",
    "large_by_link",  # files of whoever has not signed in
    "limits",
    "lockfiles",  # for whoever starts
    "locks",
    "middleware",
    "mandates",  # rows that act in a name prove it
    "lookups",
    "management",
    "migrations",
    "menus",
    "models",
    "months",  # as pages
    "permissions",
    "placeholders",
    "posting",  # to servers of others
    "office",  # whose site this is
    "ordering",  # by lists of keys that no column holds
    "once",  # what counts one time: a signed address, a mark
    "prepared",  # statements that are worked out once
    "reachable",  # addresses that somebody typed
    "reading",
    "registry",
    "rekeying",
    "resealing",
    "responses",
    "saved_searches",
    "scanning",
    "screens",  # that stand at a place and ask for their changing part
    "sizes",
    "search",
    "segments",  # parts of a list that another page counts
    "settings",
    "storing",
    "strokes",  # signatures by hand
    "subjects",
    "tables",
    "tasks",
    "templates",
    "templatetags",
    "text",
    "timeline",
    "urls",
    "validators",
    "views",
    "visibility",
    "waiting",
    "workbooks",
    "workdays",
}


def test_every_app_is_in_the_floors_contract() -> None:
    containers = contract("floors")["containers"].split()
    assert {name.removeprefix("expertpool.") for name in containers} == apps() - {"core"}


def test_every_app_has_a_place_in_the_order() -> None:
    assert apps() <= ranks().keys()


def test_the_list_of_apps_has_every_app_and_nothing_else() -> None:
    text = (APPS_DIR.parent / "CONTRIBUTING.md").read_text()
    listed = re.search(r"^The apps from top to bottom: (.+)\.$", text, re.MULTILINE)
    assert listed
    beside = {"and", "in", "development", "only"}
    assert set(re.findall(r"[a-z]+", listed[1])) - beside == apps()


def test_the_house_that_a_newcomer_sees_has_every_app_and_nothing_else() -> None:
    text = (APPS_DIR.parent / "docs/architecture/structure.md").read_text()
    house = text.partition("\nexpertpool/\n")[2].partition("\nfrontend/")[0]
    names = {name for line in house.splitlines() for name in re.findall(r"[a-z]+", line[:30])}
    assert names == apps()


def test_the_core_has_no_other_modules() -> None:
    found = {path.stem for path in (APPS_DIR / "core").iterdir() if not path.stem.startswith("_")}
    assert found - {"README", "static"} <= CORE


@pytest.mark.parametrize("app", sorted(apps()))
def test_every_app_says_what_it_owns(app: str) -> None:
    readme = APPS_DIR / app / "README.md"
    assert readme.is_file(), f"{app} has no README.md: owns, words, doors, events"
    assert len(readme.read_text().splitlines()) >= 5
