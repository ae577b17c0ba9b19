"""What reasons of a return may be given for."""

from __future__ import annotations

from collections.abc import Iterator

from expertpool.core.subjects import FieldDeclaration
from expertpool.core.visibility import Viewer
from expertpool.experts.enums import ExpertKind
from expertpool.joining.enums import Step
from expertpool.joining.queries.contents import JOBS, TIES, asked_at, label_of

REST = {
    JOBS: (Step.HISTORY, "工作经历"),
    TIES: (Step.HISTORY, "回避关系"),
    "photo": (Step.PROOF, "照片"),
    "files": (Step.PROOF, "证明材料"),
}


def is_unseen(one: FieldDeclaration, reader: Viewer) -> bool:
    """Tell whether the office has named others to read the field, so that it is left out for ``reader``."""
    return one.is_extra and one.is_hidden_from(reader)


def reason_places(kind: str, reader: Viewer | None = None) -> Iterator[tuple[str, str, str]]:
    """Yield step, name and label of each thing that applicants of ``kind`` fill in, and ``reader`` may see."""
    for step in (Step.BASIC, Step.PROFESSION):
        for one in asked_at(step, kind):
            if reader and is_unseen(one, reader):
                continue
            yield step.value, one.name, label_of(one, kind)
    for name, (step, label) in REST.items():
        # An organisation has no jobs: it could not mend what is said of them.
        if name == JOBS and kind == ExpertKind.ORGANISATION:
            continue
        yield step.value, name, label


def reason_labels(kind: str) -> dict[str, str]:
    return {name: label for _, name, label in reason_places(kind)}


def all_reason_labels() -> list[tuple[str, str]]:
    """Return the same for applicants of every kind, once each."""
    found: dict[str, str] = {}
    for kind in (ExpertKind.INDIVIDUAL, ExpertKind.ORGANISATION):
        for name, label in reason_labels(kind).items():
            found.setdefault(name, label)
    return list(found.items())
