"""Which rules there are, and which may be used for a project."""

from __future__ import annotations

from django.db.models import QuerySet

from expertpool.projects.models import Project
from expertpool.reviews.models import ReviewRule


def latest_rules() -> QuerySet[ReviewRule]:
    """Return the latest version of each rule."""
    rows = ReviewRule.objects.order_by("name", "-version").distinct("name")
    return ReviewRule.objects.filter(pk__in=rows.values("pk")).order_by("name")


def rules_for(project: Project) -> QuerySet[ReviewRule]:
    """Return the rules by which ``project`` may be scored."""
    return latest_rules().filter(active=True, project_kind__in=("", project.kind))
