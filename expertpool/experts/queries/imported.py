"""Whom an import brought into the pool, or changed: by its moment, which all its records share."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q

from expertpool.accounts.models import User
from expertpool.core.models import ImportRun
from expertpool.core.models.imports import ImportState
from expertpool.core.prepared import Given, Prepared
from expertpool.core.text import moment_text
from expertpool.experts.enums import ExpertSource, ExpertStatus
from expertpool.experts.models import ExpertVersion
from expertpool.experts.queries.admission import RIGHT
from expertpool.experts.queries.experts import experts_visible_to

ADDING, CHANGING = "experts", "expert-updates"  # codes of the importers


def imports_of(user: User) -> list[ImportRun]:
    """Return the imports and updates of experts that ``user`` has done, newest first, until they expire."""
    return _imports.all(user=user.pk)


def imports_to_admit(user: User) -> list[ImportRun]:
    """Return the imports of others of whose experts some wait to be admitted, as far as ``user`` may admit them,
    newest first."""
    waiting = experts_visible_to(user, RIGHT).filter(
        status=ExpertStatus.PENDING,
        source=ExpertSource.IMPORT,
        created_at=OuterRef("finished_at"),
        created_by=OuterRef("user"),
    )
    runs = ImportRun.objects.filter(Exists(waiting), importer=ADDING, state=ImportState.DONE)
    return list(runs.exclude(user=user).select_related("user"))


_imports = Prepared(
    lambda: ImportRun.objects.filter(
        user=Given("user"), importer__in=(ADDING, CHANGING), state=ImportState.DONE, accepted__gt=0
    )
)


def import_words(run: ImportRun) -> str:
    done = "更新" if run.importer == CHANGING else "导入"
    return f"{run.file_name}（{moment_text(run.finished_at)} {done} {run.accepted} 行）"


def came_by(run: ImportRun) -> Q:
    """Experts whom ``run`` brought in, or of whom it made a version."""
    if run.importer == CHANGING:
        made = Q(expert=OuterRef("pk"), at=run.finished_at, actor=run.user_id)
        return Q(Exists(ExpertVersion.objects.filter(made)))
    return Q(source=ExpertSource.IMPORT, created_at=run.finished_at, created_by=run.user_id)
