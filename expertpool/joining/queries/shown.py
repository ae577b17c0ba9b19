"""An application as pages show it."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from expertpool.accounts.models import User
from expertpool.audit.queries import entries_for
from expertpool.core.subjects import FieldDeclaration
from expertpool.core.subjects.conditions import applies
from expertpool.core.visibility import Level, level_for, said
from expertpool.directory.queries import path_names
from expertpool.experts.enums import ExpertKind
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.alike import experts_alike
from expertpool.experts.queries.experts import (
    email_index,
    experts_visible_to,
    id_number_index,
    kind_by_number,
)
from expertpool.experts.queries.files import ADMISSION_PHOTO, PHOTO
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.joining.enums import Step
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import (
    Contents,
    asked_at,
    job_words,
    label_of,
    read,
    shown_word,
    step_labels,
    stored,
    tie_words,
)
from expertpool.joining.queries.fields import is_unseen, reason_places

RETURNED, OF_FILES = "joining.return", ("file.attach", "file.remove")
NUMBERS = {"phone": "手机号", "id_number": "证件号码", "email": "邮箱"}


@dataclass(frozen=True)
class Line:
    """One thing that was filled in. ``guard`` is the code of a value that this reader sees masked."""

    label: str
    text: str
    guard: str = ""
    name: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Part:
    """What a step says."""

    step: str
    title: str
    lines: list[Line] = field(default_factory=list)


def shown_steps(application: Application, reader: User | None = None) -> list[Part]:
    """Return what ``application`` says, by step; to ``reader`` as far as his roles let him see it, to
    its applicant (None) all of it."""
    found, typed, labels = read(application), stored(application), step_labels(application.kind)
    reasons, fields = application.reasons, {one.code: one for one in EXPERT.fields()}
    parts = []
    for step in (Step.BASIC, Step.PROFESSION):
        lines = []
        for one in asked_at(step, application.kind):
            if not applies(fields, one.code, found.values.get):
                continue
            if reader and is_unseen(one, reader):  # empty it would read as not filled in
                continue
            text = _text(one, found, typed.get(step, {}))
            guard = ""
            if one.guard and reader is not None:
                is_masked = level_for(reader, one.guard.code) is Level.MASKED
                guard = one.code if text and is_masked else ""
                text = said(reader, one.guard.code, text)
            lines.append(
                Line(
                    label_of(one, application.kind),
                    text,
                    guard,
                    one.name,
                    reasons.get(one.name, ""),
                )
            )
        parts.append(Part(step.value, labels[step], lines))
    jobs = [job_words(job) for job in found.jobs]
    ties = [tie_words(tie) for tie in found.ties]
    asks_jobs = application.kind != ExpertKind.ORGANISATION or jobs
    rest = [
        *(
            [Line("工作经历", "\n".join(jobs), name="jobs", reason=reasons.get("jobs", ""))]
            if asks_jobs
            else []
        ),
        Line("回避关系", "\n".join(ties) or "无", name="ties", reason=reasons.get("ties", "")),
    ]
    parts.append(Part(Step.HISTORY.value, labels[Step.HISTORY], rest))
    return parts


class Corrected(NamedTuple):
    """What the applicant has changed of a line since his application was returned, as its reader may see it."""

    label: str
    before: str
    after: str


def corrections(application: Application, reader: User) -> list[Corrected]:
    """Return what was changed of ``application`` since it was returned last, in the order of the form; of a value
    that ``reader`` sees masked, that it was changed."""
    if not application.returned_contents:
        return []
    then = copy(application)
    then.contents = application.returned_contents
    texts = _texts(then)
    changed = {name for name, text in _texts(application).items() if text != texts.get(name, "")}
    seen_then, seen = (
        {line.name: line for part in shown_steps(one, reader) for line in part.lines}
        for one in (then, application)
    )
    return [
        Corrected(line.label, seen_then[name].text if name in seen_then else "", line.text)
        for name, line in seen.items()
        if name in changed
    ]


def has_other_files(application: Application) -> bool:
    """Tell whether a photo or paper was added or removed since ``application`` was returned last, as the log says; of
    one that never was, no."""
    if not application.returned_contents:
        return False
    acts = entries_for(application).filter(action__in=(RETURNED, *OF_FILES))
    last = acts.first()
    return last is not None and last.action != RETURNED


def is_as_returned(application: Application, *, other_files: bool) -> bool:
    """Tell whether ``application`` was returned, and neither a word nor a file (`has_other_files`) of it is another since."""
    if other_files or not application.returned_contents:
        return False
    then = copy(application)
    then.contents = application.returned_contents
    return _texts(then) == _texts(application)


def _texts(application: Application) -> dict[str, str]:
    return {line.name: line.text for part in shown_steps(application) for line in part.lines}


def _text(one: FieldDeclaration, found: Contents, typed: Mapping[str, list[str]]) -> str:
    if one.code == "employer_name":
        return found.employer[0]
    if one.code == "employer_uscc":
        return found.employer[1]
    if one.code == "specialties":
        # The same name stands below several others: 结构 of 设计, of 施工, of 监理.
        above = path_names(found.specialties)
        return "\n".join(
            f"{row}（{above[row.pk]}）" if above[row.pk] else str(row) for row in found.specialties
        )
    if one.code == "id_kind" and not found.values.get("id_kind"):
        # As it will be by the number, if he has not chosen.
        number = str(found.values.get("id_number") or "")
        return str(kind_by_number(number).label) if number else ""
    if one.code in found.values:
        return shown_word(one, found.values[one.code])
    # Wrong as it is, it is what was typed.
    return "、".join(typed.get(one.name, []))


def photo_of(application: Application) -> Attachment | None:
    """Return the photo that was handed in, also once it stands with his record; the last one where there are two for
    a moment."""
    if application.expert is not None:
        return attachments_of(application.expert, ADMISSION_PHOTO).order_by("-id").first()
    return attachments_of(application, PHOTO).order_by("-id").first()


def faults_by_step(application: Application) -> dict[str, list[tuple[str, str]]]:
    """Return what has to be corrected of a returned application: label and reason by step."""
    found: dict[str, list[tuple[str, str]]] = {}
    for step, name, label in reason_places(application.kind):
        if reason := application.reasons.get(name):
            found.setdefault(step, []).append((label, reason))
    return found


class Same(NamedTuple):
    """Who may be the applicant, and by what; without the expert, ``why`` he is not named."""

    expert: Expert | None
    words: str
    why: str = ""


BY_NUMBERS = "您看不到这些号码的全文，不显示是谁，可请能看全文的人核对"
BEYOND = "不在您的查看范围内，可请能查看全部专家的人核对"


def likely_same(application: Application, reader: User) -> list[Same]:
    """Return who in the pool may be this applicant, whatever his status, and by what; not named is who is beyond
    what ``reader`` may see, or known by a number alone that he does not see plain: else an applicant of his
    own would tell him whose it is."""
    values = read(application).values
    candidate = Expert(
        name=values.get("name") or "",
        birth_date=values.get("birth_date"),
        email_index=email_index(values.get("email") or ""),
        id_number_index=id_number_index(values.get("id_number") or ""),
    )
    found = {
        one.expert.pk: (one.expert, "姓名、" + "、".join(one.grounds))
        for one in experts_alike(candidate)
    }
    same = {
        NUMBERS["phone"]: {"phone_index": application.phone_index},
        NUMBERS["id_number"]: {"id_number_index": candidate.id_number_index},
        NUMBERS["email"]: {"email_index": candidate.email_index},
    }
    for label, by in same.items():
        if next(iter(by.values())) is None:
            continue
        for expert in Expert.objects.filter(**by)[:5]:
            words = found.get(expert.pk, (expert, ""))[1]
            if label not in words:
                found[expert.pk] = (expert, "、".join(filter(None, (words, label))))
    seen = set(experts_visible_to(reader).filter(pk__in=found).values_list("pk", flat=True))

    def told(expert: Expert, words: str) -> Same:
        # The number first, whatever his scope: it would narrow down whose it is.
        if not _may_be_named(expert, words, candidate, reader):
            return Same(None, words, BY_NUMBERS)
        return Same(expert, words) if expert.pk in seen else Same(None, words, BEYOND)

    return [
        told(expert, words) for pk, (expert, words) in found.items() if pk != application.expert_id
    ]


def _may_be_named(expert: Expert, words: str, candidate: Expert, reader: User) -> bool:
    plain = {
        label
        for code, label in NUMBERS.items()
        if level_for(reader, f"experts.{code}") is Level.PLAIN
    }
    return expert.name == candidate.name or any(label in words for label in plain)
