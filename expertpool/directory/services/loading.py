"""The basic data that comes with the program."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from django.db import transaction

from expertpool.directory.models import (
    DictionaryItem,
    Division,
    Specialty,
    SpecialtyScheme,
    Title,
)

DATA = Path(__file__).resolve().parent.parent / "data"
# file, code, name, offered from the start
SCHEMES = (
    ("specialties_2018.csv", "ndrc2018", "评标专家专业分类（发改法规〔2018〕316号）", True),
    ("procurement_catalog_2022.csv", "procurement2022", "政府采购品目分类（2022）", False),
)

Row = dict[str, str]


@transaction.atomic
def load_reference_data() -> dict[str, int]:
    """Add divisions, specialties, titles and lists that are missing; return how many of each.

    What is there stays as administrators have made it. Rows that they deleted come back.
    """
    added = {"divisions": load_divisions()}
    for order, (file, code, name, active) in enumerate(SCHEMES):
        scheme, _ = SpecialtyScheme.objects.get_or_create(
            code=code, defaults={"name": name, "active": active, "order": 10 * (order + 1)}
        )
        added[code] = load_specialties(scheme, _read(file))
    added["titles"] = load_titles()
    added["dictionaries"] = load_dictionaries()
    return added


def _read(file: str) -> list[Row]:
    with (DATA / file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def load_divisions() -> int:
    known = set(Division.objects.values_list("code", flat=True))
    rows = [
        Division(
            code=row["code"],
            name=row["name"],
            level=int(row["level"]),
            parent_id=row["parent_code"] or None,
        )
        for row in _read("divisions.csv")
        if row["code"] not in known
    ]
    return len(Division.objects.bulk_create(rows))


def load_specialties(scheme: SpecialtyScheme, rows: Iterable[Row]) -> int:
    """Add the nodes that ``scheme`` lacks, level by level; a node's parent has to come with it."""
    known = {node.code: node for node in scheme.specialties.all()}
    levels: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["code"] not in known:
            levels[int(row["level"])].append(row)
    # The keys of a level are needed by the next.
    for _, level_rows in sorted(levels.items()):
        nodes = [_node(scheme, row, known.get(row["parent_code"])) for row in level_rows]
        for node in Specialty.objects.bulk_create(nodes):
            known[node.code] = node
    return sum(map(len, levels.values()))


def _node(scheme: SpecialtyScheme, row: Row, parent: Specialty | None) -> Specialty:
    return Specialty(
        scheme=scheme,
        code=row["code"],
        name=row["name"],
        level=parent.level + 1 if parent else 0,
        parent=parent,
        path=f"{parent.path if parent else ''}{row['code']}/",
    )


def load_titles() -> int:
    known = set(Title.objects.values_list("name", flat=True))
    rows = [
        Title(name=row["name"], level=int(row["level"]))
        for row in _read("titles.csv")
        if row["name"] not in known
    ]
    return len(Title.objects.bulk_create(rows))


def load_dictionaries() -> int:
    known = set(DictionaryItem.objects.values_list("dictionary", "name"))
    rows = [
        DictionaryItem(dictionary=row["dictionary"], name=row["name"], order=int(row["order"]))
        for row in _read("dictionaries.csv")
        if (row["dictionary"], row["name"]) not in known
    ]
    return len(DictionaryItem.objects.bulk_create(rows))
