"""Which flows ask a custom field in the conditions of their steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from expertpool.core.criteria import CriteriaUse, as_seen, asks
from expertpool.customforms.registry import FieldUse
from expertpool.workflow.models import Approval, FlowStep, FlowVersion
from expertpool.workflow.queries.approvals import RUNNING
from expertpool.workflow.registry import FLOW_SUBJECTS


def flows_naming(subject: str, code: str, options: Sequence[Any] = ()) -> list[str]:
    """Return the versions of flows that ask, of ``subject``, the field ``code`` (for one of ``options``, if there are
    any) and are in force, or by which an approval runs, in words."""
    newer = FlowVersion.objects.filter(subject=OuterRef("subject"), number__gt=OuterRef("number"))
    running = Approval.objects.filter(RUNNING, version=OuterRef("pk"))
    versions = FlowVersion.objects.filter(
        ~Exists(newer) | Exists(running), subject__in=_asking(subject)
    )
    return _words(_naming(code, options).filter(version__in=versions))


def flows_that_named(subject: str, code: str, options: Sequence[str]) -> list[str]:
    """Return the versions in force that ask the field for one of ``options``."""
    running = Q(version__in=FlowVersion.objects.filter(subject__in=_asking(subject)))
    return _words(_naming(code, options).filter(running))


def _asking(subject: str) -> list[str]:
    """Return the subjects of flows whose conditions ask the fields that were added to ``subject``."""
    return [subject, *(flow.code for flow in FLOW_SUBJECTS if flow.asks == subject)]


def _naming(code: str, options: Sequence[Any] = ()) -> QuerySet[FlowStep]:
    rows = FlowStep.objects.alias(names=asks("condition", code, options))
    return rows.filter(names=True).select_related("version")


def _words(steps: QuerySet[FlowStep]) -> list[str]:
    rows = steps.order_by("version__subject", "version__number", "order")
    return [
        f"「{_label(one.version.subject)}」审批流程（第 {one.version.number} 版）的步骤“{one.name}”"
        for one in rows
    ]


def _label(subject: str) -> str:
    found = FLOW_SUBJECTS.get(subject)
    return found.label if found else subject


def _sees(viewer: Any) -> bool:
    return viewer is not None and viewer.has_permission("workflow.manage")


def _running(subject: str, code: str, viewer: Any) -> list[str]:
    return _mentioned(subject, code, (), viewer)


def _ever(subject: str, code: str, options: Sequence[str], viewer: Any) -> list[str]:
    is_seen = _sees(viewer)
    return [as_seen(words, is_seen) for words in flows_that_named(subject, code, options)]


def _mentioned(subject: str, code: str, options: Sequence[Any], viewer: Any) -> list[str]:
    is_seen = _sees(viewer)
    return [as_seen(words, is_seen) for words in flows_naming(subject, code, options)]


USE = FieldUse(
    "workflow",
    running=_running,
    ever=_ever,
    # An approval goes on by the version under which it began, whatever the office writes meanwhile.
    way_out="请先从流程的条件中去掉，并待按旧版流程进行的审批结束",
)
CONDITIONS = CriteriaUse("workflow.flows", _mentioned, order=30)
