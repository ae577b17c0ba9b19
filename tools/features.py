"""Which tests show which function of docs/features.tsv: read from `@pytest.mark.shows("ID")`, and from ``pytestmark``
where a whole file shows it."""

from __future__ import annotations

import ast
import csv
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def known() -> dict[str, str]:
    """Return the Chinese name of each feature id."""
    with (ROOT / "docs" / "features.tsv").open(newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["id"]: row["name_zh"] for row in rows}


def shown() -> dict[str, list[str]]:
    """Return the tests (`path::name`), and the files, that name each id."""
    tests: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        place = str(path.relative_to(ROOT))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for code in _codes(node.decorator_list):
                    tests[code].append(f"{place}::{node.name}")
            elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
                marks = node.value.elts if isinstance(node.value, ast.List) else [node.value]
                for code in _codes(marks):
                    tests[code].append(place)
    return dict(tests)


def _codes(decorators: list[ast.expr]) -> list[str]:
    return [
        argument.value
        for decorator in decorators
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.shows"
        for argument in decorator.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]


def main() -> int:
    names, tests = known(), shown()
    for code, name in names.items():
        if code in tests:
            print(f"{code}  {name}", *tests[code], sep="\n    ")
    without = [code for code in names if code not in tests]
    print("\n尚无测试：")
    for code in without:
        print(f"{code}  {names[code]}")
    print(f"\n共 {len(names)} 项，{len(names) - len(without)} 项有测试，{len(without)} 项没有。")
    return bool(tests.keys() - names.keys())


if __name__ == "__main__":
    sys.exit(main())
