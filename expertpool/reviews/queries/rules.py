"""Which rules there are, and which may be used for a project."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.core.fields import is_vouched
from expertpool.projects.models import Project
from expertpool.reviews.models import ReviewRule


def latest_rule(name: str) -> ReviewRule | None:
    """Return the latest version of the rule ``name``, used or not."""
    return ReviewRule.objects.filter(name=name).order_by("-version").first()


def versions_of(rule: ReviewRule) -> QuerySet[ReviewRule]:
    """Return all versions of ``rule``, the latest first."""
    return ReviewRule.objects.filter(name=rule.name).select_related("by").order_by("-version")


def latest_rules() -> QuerySet[ReviewRule]:
    """Return the latest version of each rule."""
    rows = ReviewRule.objects.order_by("name", "-version").distinct("name")
    latest = ReviewRule.objects.filter(pk__in=rows.values("pk"))
    return latest.select_related("by").order_by("name")


def rules_for(project: Project) -> QuerySet[ReviewRule]:
    """Return the rules by which ``project`` may be scored, those for its kind first. A version that somebody else has
    written is none."""
    found = latest_rules().filter(active=True, project_kind__in=("", project.kind))
    ours = [one.pk for one in found if is_vouched(one)]
    return found.filter(pk__in=ours).order_by("-project_kind", "name")
