"""Whose experts may be drawn for whose projects, and who sees how a shared expert is reached."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import departments_within
from expertpool.core.fields import readable
from expertpool.core.visibility import GUARDED_FIELDS, Level, Viewer, level_for, show
from expertpool.experts.enums import SharingMode
from expertpool.experts.models import Expert, Sharing
from expertpool.experts.queries.experts import experts_visible_to

PHONE = "experts.phone"


@dataclass(frozen=True)
class SharingRule:
    """A rule with what is asked of it: the path of its department, and those of whom it names."""

    sharing: Sharing
    path: str
    borrowers: tuple[str, ...]

    def opens_to(self, path: str) -> bool:
        """Tell whether a project of the department at ``path`` ("": of none) may draw these experts."""
        if self.sharing.mode == SharingMode.ALL or self.owns(path):
            return True
        if self.sharing.mode == SharingMode.NONE:
            return False
        return any(bool(path) and path.startswith(one) for one in self.borrowers)

    def owns(self, path: str) -> bool:
        """Tell whether the department at ``path`` is in one line of the tree with that of the rule."""
        return bool(path) and (path.startswith(self.path) or self.path.startswith(path))

    @property
    def words(self) -> str:
        sharing = self.sharing
        if sharing.mode != SharingMode.CHOSEN:
            return str(sharing.get_mode_display())
        return "、".join(one.name for one in sharing.borrowers.all())


class SharingRules:
    """All rules, read once."""

    def __init__(self) -> None:
        rows = Sharing.objects.exclude(mode=SharingMode.ABOVE).select_related("department")
        rows = rows.prefetch_related("borrowers")
        self._rules = {
            row.department.path: SharingRule(
                row, row.department.path, tuple(one.path for one in row.borrowers.all())
            )
            for row in rows
        }

    def __bool__(self) -> bool:
        return bool(self._rules)

    def of(self, path: str) -> SharingRule | None:
        """Return the rule for experts of the department at ``path``: its own, or the nearest above it."""
        parts = path.split("/")[:-1]
        for count in range(len(parts), 0, -1):
            if found := self._rules.get("/".join(parts[:count]) + "/"):
                return found
        return None


def departments_sharing(user: User) -> QuerySet[Department]:
    """Return the departments whose experts ``user`` may share or keep back."""
    return departments_within(user, "experts.sharing")


def not_shared_with(departments: Iterable[int | None]) -> Q:
    """Return the experts whose departments keep them from projects of any of ``departments`` (ids; None: a
    project of none). Whoever is in no department is everybody's."""
    rules = SharingRules()
    if not rules:
        return Q(pk__in=[])
    paths: dict[int | None, str] = dict(Department.objects.order_by().values_list("pk", "path"))
    asked = {paths.get(pk, "") for pk in departments}
    closed = [
        pk
        for pk, path in paths.items()
        if (rule := rules.of(path)) and not all(rule.opens_to(one) for one in asked)
    ]
    return Q(department__in=closed) if closed else Q(pk__in=[])


def kept_back(viewer: Viewer, experts: Iterable[Expert]) -> dict[int, Department]:
    """Return those of ``experts`` (ids) of whom ``viewer`` sees no more than masked, with the department that
    he has to ask: another's, whose rule shows their contacts to nobody else, and whom his scope does not hold.

    One query where nobody has set a rule."""
    rules = SharingRules()
    if not rules:
        return {}
    user = viewer if isinstance(viewer, User) else None
    place = user.proven_department if user else None
    own = place.proven_path if place else ""
    paths = {row.pk: row for row in Department.objects.order_by()}
    found: dict[int, Department] = {}
    for expert in experts:
        department = paths.get(expert.department_id or 0)
        rule = rules.of(department.path) if department else None
        if department and rule and not rule.sharing.contacts and not rule.owns(own):
            found[expert.pk] = department
    if found and user:
        seen = experts_visible_to(user).filter(pk__in=found).order_by()
        for pk in seen.values_list("pk", flat=True):
            del found[pk]
    return found


def phones_for(viewer: Viewer, experts: Iterable[Expert]) -> Callable[[Expert | None], str]:
    """Return what ``viewer`` is shown as the telephone of each of ``experts``: by the levels of his roles, and
    of those of other departments what these show."""
    closed = kept_back(viewer, experts)

    def shown(expert: Expert | None) -> str:
        if expert is None:
            return ""
        if expert.pk in closed and level_for(viewer, PHONE) is Level.PLAIN:
            return readable(expert, "phone", GUARDED_FIELDS[PHONE].mask)
        return readable(expert, "phone", lambda phone: show(viewer, PHONE, phone))

    return shown
