"""Rows that a page edits and posts whole are taken apart in one place: `core.views.rows`."""

from __future__ import annotations

import ast

import pytest
from django.conf import settings

BASE = settings.BASE_DIR / "expertpool"
OWNER = BASE / "core/views/rows.py"
POSTED = {"POST", "data", "posted"}  # how what was posted is called, wherever it stands
READS = {"get", "getlist", "pop", "setlist", "setdefault"}
# What looks like it and is none.
NO_ROWS = {
    "achievements/forms.py": {"composed name"},  # a reason for each declared field
    "automation/views/rules.py": {"all that was posted"},  # keeps the condition of another kind
    "core/criteria/parsing.py": {"operation"},  # that of a condition
    "core/views/drawers.py": {"all that was posted"},  # to post it once more
    "draws/views/picking.py": {"operation"},  # looks for persons, by a button of the same form
    "experts/views/merging.py": {"composed name"},  # a choice for each declared field
}


def faults(source: str) -> set[str]:
    """Return what of a module takes posted rows apart by itself."""
    tree = ast.parse(source)
    found = {fault for node in ast.walk(tree) if (fault := _fault(node))}
    return found - {"operation"} if any(map(_asks_the_owner, ast.walk(tree))) else found


def _fault(node: ast.AST) -> str:
    match node:
        case ast.ImportFrom(names=names) | ast.Import(names=names):
            return "formset" if any("formset" in one.name.lower() for one in names) else ""
        case ast.Call(func=ast.Attribute(value=of, attr=attr), args=[key, *_]) if attr in READS:
            return _named(of, key)
        case ast.Subscript(value=of, slice=key):
            return _named(of, key)
        case ast.For(iter=of) | ast.comprehension(iter=of):
            return "all that was posted" if _goes_through(of) else ""
    return ""


def _named(of: ast.expr, key: ast.expr) -> str:
    if not _is_posted(of):
        return ""
    if isinstance(key, ast.JoinedStr | ast.BinOp):
        return "composed name"
    return "operation" if isinstance(key, ast.Constant) and key.value == "op" else ""


def _asks_the_owner(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "posted"
    )


def _is_posted(node: ast.expr) -> bool:
    return (isinstance(node, ast.Attribute) and node.attr in POSTED) or (
        isinstance(node, ast.Name) and node.id in POSTED
    )


def _goes_through(node: ast.expr) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        is_all = node.func.attr in {"items", "keys", "lists", "values"}
        return is_all and ast.unparse(node.func.value).endswith("POST")
    return ast.unparse(node).endswith(".POST")


def test_nobody_else_takes_posted_rows_apart() -> None:
    found = {
        path.relative_to(BASE).as_posix(): wrong
        for path in BASE.rglob("*.py")
        if path != OWNER and "core/api/" not in path.as_posix()  # bodies of the interface are JSON
        if (wrong := faults(path.read_text(encoding="utf-8")))
    }
    assert found == NO_ROWS


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("from django.forms import formset_factory", "formset"),
        ("from django.forms.formsets import BaseFormSet", "formset"),
        ('name = request.POST.get(f"row-{key}-name", "")', "composed name"),
        ('words = self.data.getlist("row" + key)', "composed name"),
        ('seats = data[f"g{key}-seats"]', "composed name"),
        (
            'rows = [name for name in request.POST if name.startswith("row-")]',
            "all that was posted",
        ),
        ("for name, value in request.POST.items(): take(name, value)", "all that was posted"),
        ('name, _, key = request.POST.get("op", "").partition(":")', "operation"),
    ],
)
def test_a_second_parser_is_found(source: str, fault: str) -> None:
    assert faults(source) == {fault}


@pytest.mark.parametrize(
    "source",
    [
        'drafts = KIND.changed(KIND.posted(request.POST), request.POST.get("op", ""))',
        'name = request.POST.get("name", "")',
        'label = labels.get(f"{app}.{name}")',
    ],
)
def test_what_goes_by_the_one_parser_is_none(source: str) -> None:
    assert not faults(source)
