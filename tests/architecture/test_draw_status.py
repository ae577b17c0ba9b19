"""Nothing but its door writes the status of a draw."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path("expertpool")
ELSEWHERE = {"migrations"}
DOOR = ROOT / "draws/services/status.py"
WRITES = {"update", "create", "get_or_create", "update_or_create"}


def writes_of_status(source: str, model: str = "Draw") -> Iterator[int]:
    """The lines that assign ``….status``, or give ``status`` to a write or to a new ``model``."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            if node.attr == "status" and isinstance(node.ctx, ast.Store):
                yield node.lineno
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in {*WRITES, model} and any(
                keyword.arg == "status" for keyword in node.keywords
            ):
                yield node.lineno
            if name == "setattr" and "'status'" in ast.unparse(node):
                yield node.lineno
        elif isinstance(node, ast.keyword) and node.arg == "update_fields":
            yield from [node.value.lineno] * ("'status'" in ast.unparse(node.value))


def knows_draws(source: str) -> bool:
    return "expertpool.draws.models" in source


def test_only_the_door_writes_the_status_of_a_draw() -> None:
    found = [
        f"{path}:{line}"
        for path in ROOT.rglob("*.py")
        if path != DOOR and not ELSEWHERE.intersection(path.parts) and knows_draws(path.read_text())
        for line in writes_of_status(path.read_text())
    ]
    assert found == []


def test_such_writes_are_found() -> None:
    """Negative control."""
    for line in (
        "draw.status = new",
        "draw.seed, draw.status = seed, new",
        "Draw.objects.filter(pk=1).update(status=new)",
        "Draw.objects.create(status=new)",
        "Draw(status=new).save()",
        "draw.save(update_fields=['status'])",
        "setattr(draw, 'status', new)",
    ):
        assert list(writes_of_status(line)) == [1], line
