"""What conditions over projects ask that no single column says; `fields` declares who asks it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from expertpool.accounts.models import Department
from expertpool.core.criteria import Context
from expertpool.core.text import is_key
from expertpool.directory.models import Unit
from expertpool.projects.models import Avoidance

SUBJECT = "projects.project"


def department_q(op: str, values: Sequence[int], context: Context) -> Q:
    """Projects of one of the departments or one below it."""
    paths = Department.objects.filter(pk__in=values).values_list("path", flat=True)
    below = [Q(department__path__startswith=path) for path in paths]
    # An empty Q would mean all of them.
    return Q(*below, _connector=Q.OR) if below else Q(pk__in=[])


def avoidance_q(op: str, value: str, context: Context) -> Q:
    """Projects that avoid a unit or person of this name."""
    lookup = "icontains" if op == "contains" else "istartswith" if op == "starts" else "iexact"
    named = Avoidance.objects.filter(
        Q(**{f"name__{lookup}": value}) | Q(**{f"unit__name__{lookup}": value})
    )
    return Q(pk__in=named.values("project"))


def unit_names(values: Sequence[str]) -> dict[str, str]:
    """Return the names of units by their keys as text; a unit that is gone is left out."""
    valid = [value for value in values if is_key(value)]
    return {
        str(pk): name for pk, name in Unit.objects.filter(pk__in=valid).values_list("pk", "name")
    }
