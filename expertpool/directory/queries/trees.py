"""The trees of specialties and divisions, for pickers and conditions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from expertpool.directory.models import Division, Specialty, SpecialtyScheme

MOST_LIKE, MOST_WORDS = 20, 5  # specialties that are proposed while one types; words that count


def specialty_subtree(ids: Iterable[Any]) -> QuerySet[Specialty]:
    """Return the specialties with these ids and all below them."""
    return _below(place for _, place in _places(ids))


def _places(ids: Iterable[Any]) -> list[tuple[int, tuple[int, str]]]:
    rows = Specialty.objects.filter(pk__in=list(ids)).values_list("pk", "scheme_id", "path")
    return [(pk, (scheme, path)) for pk, scheme, path in rows]


def _below(places: Iterable[tuple[int, str]]) -> QuerySet[Specialty]:
    below = (Q(scheme=scheme, path__startswith=path) for scheme, path in places)
    condition = Q(*below, _connector=Q.OR)
    return Specialty.objects.filter(condition) if condition else Specialty.objects.none()


def specialty_subtrees(ids: Iterable[str]) -> dict[str, set[int]]:
    """Return for each id, as text, those of `specialty_subtree`; of an unknown one none."""
    subtrees: dict[str, set[int]] = {pk: set() for pk in ids}
    roots = {place: str(pk) for pk, place in _places(subtrees)}
    for pk, scheme, path in _below(roots).values_list("pk", "scheme_id", "path"):
        for end, sign in enumerate(path, start=1):
            # A beginning of a path that ends with a slash is the path of a node above, or its own.
            if sign == "/" and (root := roots.get((scheme, path[:end]))) is not None:
                subtrees[root].add(pk)
    return subtrees


def specialty_tree(scheme: str = "") -> list[dict[str, Any]]:
    """Return the nodes that may be chosen, for the cascader: of one scheme, or of all active ones.

    A disabled node is left out together with everything below it. With several schemes their
    roots say which they belong to.
    """
    schemes = SpecialtyScheme.objects.filter(active=True)
    if scheme:
        schemes = schemes.filter(code=scheme)
    names = dict(schemes.values_list("pk", "name"))
    rows = Specialty.objects.filter(scheme__in=names).values_list(
        "pk", "parent_id", "code", "name", "active", "scheme_id"
    )
    nodes: list[dict[str, Any]] = []
    shown: set[int] = set()
    # By level, so that a node's parent has been seen, or left out, before it.
    for pk, parent, code, name, active, scheme_id in rows.order_by(
        "scheme__order", "scheme", "level", "code"
    ):
        if not active or (parent and parent not in shown):
            continue
        shown.add(pk)
        label = f"{name}（{names[scheme_id]}）" if not parent and len(names) > 1 else name
        nodes.append(_node(pk, parent, code, label))
    return nodes


def _node(pk: object, parent: object, code: str, label: str) -> dict[str, Any]:
    return {"id": str(pk), "parent": str(parent) if parent else "", "code": code, "label": label}


def search_specialties(scheme: SpecialtyScheme, text: str) -> QuerySet[Specialty]:
    """Return nodes of ``scheme`` by a part of the name or the beginning of the code."""
    rows = scheme.specialties.all()
    for word in text.split():
        rows = rows.filter(Q(name__icontains=word) | Q(code__istartswith=word))
    return rows.order_by("path")


def specialties_like(text: str) -> list[Specialty]:
    """Return the first of what can be chosen, in all schemes, by a part of the name or the beginning of the code."""
    rows = Specialty.objects.filter(active=True, scheme__active=True)
    for word in text.split()[:MOST_WORDS]:
        rows = rows.filter(Q(name__icontains=word) | Q(code__istartswith=word))
    return list(rows.order_by("scheme__order", "scheme", "path")[:MOST_LIKE])


def path_names(specialties: Iterable[Specialty]) -> dict[int, str]:
    """Return for each specialty the names from its root to its parent (工程 / 规划), by id."""
    specialties = list(specialties)
    # Without the node itself, and what is empty behind the last slash.
    wanted = {(item.scheme_id, code) for item in specialties for code in item.path.split("/")[:-2]}
    rows = Specialty.objects.filter(
        scheme__in={scheme for scheme, _ in wanted}, code__in={code for _, code in wanted}
    )
    names = {(row.scheme_id, row.code): row.name for row in rows}
    return {
        item.pk: " / ".join(
            names.get((item.scheme_id, code), code) for code in item.path.split("/")[:-2]
        )
        for item in specialties
    }


def division_tree() -> list[dict[str, Any]]:
    """Return all divisions for the cascader; ids are the codes."""
    rows = Division.objects.order_by("code").values_list("code", "parent_id", "name")
    return [_node(code, parent, code, name) for code, parent, name in rows]


def division_codes() -> list[str]:
    """Return the codes of all divisions."""
    return list(Division.objects.order_by().values_list("code", flat=True))


def division_subtree(codes: Iterable[str]) -> QuerySet[Division]:
    """Return the divisions with these codes and all below them."""
    below = (Q(code__startswith=_significant(code)) for code in codes)
    condition = Q(*below, _connector=Q.OR)
    return Division.objects.filter(condition) if condition else Division.objects.none()


def _significant(code: str) -> str:
    """A province is two digits and noughts, a city four."""
    if code.endswith("0000"):
        return code[:2]
    return code[:4] if code.endswith("00") else code
