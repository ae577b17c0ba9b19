"""No app knows an app above it, or a sibling, by a string: a permission, a page, a model, an event, a setting, a task."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps as django_apps
from procrastinate.contrib.django import app as tasks

from expertpool.core.catalogue import _catalogues
from expertpool.core.permissions import PERMISSIONS, PermissionGroup
from tests.architecture.app_order import APPS_DIR, apps, ranks

# (file below expertpool/, string): why it may stand there.
ALLOWED: dict[tuple[str, str], str] = {
    (
        "experts/settings.py",
        "joining.term_years",
    ): "a stored code, of the time when it was joining's",
    ("core/visibility.py", "experts.name"): "a stored code: over people in apps below, too (0700)",
    ("core/visibility.py", "experts.employer"): "as over names",
}

PAGE = re.compile(r"([a-z_]+):[a-z_]+")  # a URL name
NAME = re.compile(r"\b[a-z_]+\.[a-z_]+\b")
SAID = {"description", "help", "help_text", "label"}
IN_TEMPLATE = re.compile(r"""["']([a-z_]+[:.][A-Za-z_.]+)["']""")


def owners() -> dict[str, str]:
    """Return the app of each permission code and model label, and of whatever else is named by its app: the entries of
    catalogues (events, settings, actions of the log …) and tasks."""
    codes = [code for one in _catalogues for code in one.codes]
    named = [*codes, *tasks.tasks]
    found = {code: code.split(".")[0] for code in named if code.split(".")[0] in apps() - {code}}
    for app in apps():
        name = f"expertpool.{app}.permissions"
        if app != "core" and find_spec(name):
            for group in vars(import_module(name)).values():
                if isinstance(group, PermissionGroup):
                    found |= {permission.code: app for permission in group.permissions}
    for model in django_apps.get_models():
        if model.__module__.startswith("expertpool."):
            app = model.__module__.split(".")[1]
            found |= {model._meta.label: app, model._meta.label_lower: app}
    return found


def strings(path: Path) -> Iterator[str]:
    """Return the strings of a module, or those in quotes of a template."""
    text = path.read_text()
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            # A sentence for readers may name one, too.
            elif isinstance(node, ast.keyword) and node.arg in SAID:
                parts = [part for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
                yield from (name for part in parts for name in NAME.findall(str(part.value)))
    else:
        yield from IN_TEMPLATE.findall(text)


def files(app: str) -> Iterator[Path]:
    for path in sorted((APPS_DIR / app).rglob("*")):
        if path.suffix in {".py", ".html"} and "migrations" not in path.parts:
            yield path


def upward_strings() -> Iterator[tuple[str, str]]:
    rank, owner = ranks(), owners()
    for app in apps():
        for path in files(app):
            for text in strings(path):
                page = PAGE.fullmatch(text)
                named = page[1] if page else owner.get(text, app)
                if named != app and rank.get(named, -1) >= rank[app]:
                    yield str(path.relative_to(APPS_DIR)), text


def test_no_app_names_what_is_above_it() -> None:
    found = set(upward_strings())
    assert found - ALLOWED.keys() == set()
    assert ALLOWED.keys() - found == set(), "no longer needed"


def test_a_permission_begins_with_the_name_of_its_app() -> None:
    owner = owners()
    assert [code for code in PERMISSIONS.codes if not code.startswith(f"{owner[code]}.")] == []


def test_the_search_would_find_one() -> None:
    rank, owner = ranks(), owners()
    assert owner["draws.view"] == owner["draws.Draw"] == "draws"
    assert owner["draws.sealed"] == "draws", "a kind of event"
    assert owner["draws.plan_approval"] == "draws"
    assert rank["draws"] > rank["projects"] > rank["core"]
    assert "projects:detail" in set(strings(APPS_DIR / "draws" / "tabs.py"))
    assert "projects:list" in set(
        strings(APPS_DIR / "portal" / "templates" / "portal" / "home.html")
    )
