"""What an applicant typed, and what it means: read by the same rules as everywhere (`experts.fields`).

``contents`` of an application is JSON by step: of the steps with fields, what each control sent; of the
history two lists of rows. It is read anew each time, since fields that an office adds come and go.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError

from expertpool.core.importing import FIRST, LAST, CellRefused
from expertpool.core.subjects import Day, Entry, FieldDeclaration, Rows, Words
from expertpool.core.subjects.conditions import applies
from expertpool.core.subjects.subject import placed
from expertpool.core.text import HIDDEN, clean_text, is_hidden
from expertpool.core.validators import is_writable
from expertpool.directory.models import Specialty
from expertpool.experts.enums import PERSON_KINDS, AvoidanceKind, ExpertKind
from expertpool.experts.fields import EXPERT
from expertpool.experts.queries.experts import told_by_id_number
from expertpool.joining.enums import ContactKind, Step
from expertpool.joining.models import Application
from expertpool.joining.validators import applicant_name, applicant_unit

MOST_BYTES = 60_000  # of all that is typed: strangers store no books
MOST_ROWS = 10
MOST_VALUES = 50  # of one control
JOBS, TIES = "jobs", "ties"
# Employments are named by their dates, not as relations.
TIE_KINDS = [
    (value, label)
    for value, label in AvoidanceKind.choices
    if value not in (AvoidanceKind.CURRENT_EMPLOYER, AvoidanceKind.PAST_EMPLOYER)
]
Errors = dict[str, str]
# Where a stranger may write less than a clerk.
STRICTER: dict[str, Callable[[Any], Any]] = {
    "name": applicant_name,
    "contact_person": applicant_name,
    "employer_name": applicant_unit,
}
Cleaner = Callable[[Any], Any]


def asked_at(step: str, kind: str) -> list[FieldDeclaration]:
    """Return the fields of which applicants of ``kind`` are asked at ``step``, in order."""
    places = {one.code: one.applied for one in EXPERT.fields() if one.applied}

    def place_of(code: str) -> str:
        place = places.get(code)
        if place and place.told_by:
            place = places.get(place.told_by)
        return place.step_of(kind) if place else ""

    fields = (
        one
        for one in EXPERT.fields()
        if one.applied
        and one.applied.step_of(kind) == step
        # What waits for something that these applicants are not asked cannot be told to come.
        and (one.shown_when is None or place_of(one.shown_when.code))
    )
    return placed(fields, "applied")


def waits_here(one: FieldDeclaration) -> tuple[str, list[str]] | None:
    """Return for which other field ``one`` waits in a form of applicants, and for what it posts; what has no
    control there follows from one that has."""
    if one.shown_when is None:
        return None
    fields = {field.code: field for field in EXPERT.fields()}
    waited = fields.get(one.shown_when.code)
    if waited is None:
        return None
    place = waited.applied
    if place is None or place.tells is None:
        return waited.name, one.shown_when.posted(waited.kind)
    values = place.tells().items()
    words = [word for word, value in values if one.shown_when.holds(waited.kind, value)]
    return fields[place.told_by].name, words


def label_of(one: FieldDeclaration, kind: str) -> str:
    return (one.form.labels.get(kind) if one.form else None) or one.label


def step_labels(kind: str) -> dict[str, str]:
    """Return the steps, code → what they are called for applicants of ``kind``."""
    labels = {step.value: str(step.label) for step in Step}
    if kind == ExpertKind.ORGANISATION:
        labels |= {Step.BASIC: "单位信息", Step.PROFESSION: "专业", Step.HISTORY: "回避关系"}
    return labels


def stored(application: Application) -> dict[str, Any]:
    """Return what was typed, by step."""
    # What was erased is empty.
    found = json.loads(application.contents or "{}")
    return found if isinstance(found, dict) else {}


def dumped(contents: Mapping[str, Any]) -> str:
    return json.dumps(contents, ensure_ascii=False, sort_keys=True)


def verified(application: Application) -> tuple[str, str]:
    """Return the name of the field and the value of what the applicant has shown to be his."""
    user = application.user
    kind = ContactKind.PHONE if user.phone else ContactKind.EMAIL
    return kind.value, getattr(user, kind.value)


def may_change(application: Application, name: str) -> bool:
    """Tell whether the applicant may change a field, ``jobs``, ``ties`` or ``files`` now."""
    # What he has shown to be his by a code is changed by another code only.
    if not application.is_editable or name == verified(application)[0]:
        return False
    reasons = application.reasons
    # With what decides whether it is asked: else he could not mend it.
    return not reasons or name in reasons or bool(_waits_for(name).intersection(reasons))


def _waits_for(name: str) -> set[str]:
    """Return the names of all controls that decide whether the field ``name`` is asked."""
    fields = {one.name: one for one in EXPERT.fields()}
    found: set[str] = set()
    while (one := fields.get(name)) and (waits := waits_here(one)) and waits[0] not in found:
        name = waits[0]
        found.add(name)
    return found


# --- rows of the history ------------------------------------------------------------------------


def _line(longest: int) -> Cleaner:
    def clean(raw: Any) -> str:
        text = clean_text(raw)
        if len(text) > longest:
            raise CellRefused("{}太长", f"最多 {longest} 个字。")
        if any(map(is_hidden, text)):
            raise CellRefused("{}有看不见的字符", HIDDEN)
        return text

    return clean


def _tie(raw: Any) -> str:
    if str(raw) not in dict(TIE_KINDS):
        raise CellRefused("{}不对", "请从列表中选择。")
    return str(raw)


def _day(month: Any) -> Cleaner:
    return Day(month=month).clean


# By field: label and rule. What is empty is not cleaned.
JOB: dict[str, tuple[str, Cleaner]] = {
    "unit": ("单位名称", applicant_unit),
    "post": ("职务", _line(50)),
    "start": ("开始年月", _day(FIRST)),
    "end": ("结束年月", _day(LAST)),
}
TIE: dict[str, tuple[str, Cleaner]] = {
    "kind": ("关系", _tie),
    "unit": ("单位名称", applicant_unit),
    "person": ("姓名", applicant_name),
    "note": ("说明", _line(200)),
}
ROWS = {JOBS: JOB, TIES: TIE}


def read_row(of: str, raw: Mapping[str, Any]) -> tuple[dict[str, Any], Errors]:
    """Return the cleaned values of a row, and what is wrong with it by field; of an empty one neither."""
    values: dict[str, Any] = {}
    errors: Errors = {}
    for name, (label, clean) in ROWS[of].items():
        typed = str(raw.get(name) or "").strip()
        try:
            values[name] = clean(typed) if typed else ""
        except CellRefused as refusal:
            errors[name] = refusal.sentence(label)
        except ValidationError as error:
            errors[name] = "".join(error.messages)
    if not errors and not any(values.values()):
        return {}, {}
    if of == JOBS:
        _check_job(values, errors)
    else:
        _check_tie(values, errors)
    return values, errors


def _check_job(values: dict[str, Any], errors: Errors) -> None:
    if not values.get("unit") and "unit" not in errors:
        errors["unit"] = "请填写单位名称，没有的请删除这一段。"
    start, end = values.get("start"), values.get("end")
    if start and end and end < start:
        errors["end"] = "结束早于开始，请对调或改正。"


def _check_tie(values: dict[str, Any], errors: Errors) -> None:
    kind = values.get("kind")
    if not kind:
        errors.setdefault("kind", "请选择是什么关系。")
    elif kind in PERSON_KINDS and not values.get("person"):
        errors.setdefault("person", "请填写这位人员的姓名。")
    elif kind not in PERSON_KINDS and not values.get("unit"):
        errors.setdefault("unit", "请填写单位名称。")


# --- all of it ----------------------------------------------------------------------------------


@dataclass
class Contents:
    """What was typed, cleaned; ``errors`` by step and field, of rows as ``jobs`` and ``ties``."""

    values: dict[str, Any] = field(default_factory=dict)  # as `experts.services.profile` takes them
    specialties: list[Specialty] = field(default_factory=list)
    employer: tuple[str, str] = ("", "")  # name and code of the unit
    jobs: list[dict[str, Any]] = field(default_factory=list)
    ties: list[dict[str, Any]] = field(default_factory=list)
    errors: dict[str, Errors] = field(default_factory=dict)

    @property
    def first_wrong(self) -> str:
        """The first step at which something is wrong; empty: all is in order."""
        return next((step.value for step in Step if self.errors.get(step.value)), "")

    @property
    def wrong(self) -> Iterator[str]:
        for by_field in self.errors.values():
            yield from by_field.values()


def read(application: Application) -> Contents:
    """Return what ``application`` says now; whether it fits together, `services.checking` knows."""
    typed, found = stored(application), Contents()
    given: dict[str, Any] = {}
    for step in (Step.BASIC, Step.PROFESSION):
        errors: Errors = {}
        own = typed.get(step, {})
        for one in asked_at(step, application.kind):
            label = label_of(one, application.kind)
            raw = [str(value) for value in own.get(one.name, []) if str(value).strip()]
            try:
                value = _value(one, raw)
            except CellRefused as refusal:
                errors[one.name] = refusal.sentence(label)
                continue
            except ValidationError as error:
                errors[one.name] = "".join(error.messages)
                continue
            if value in (None, "", []) and is_required(one):
                errors[one.name] = f"请填写{label}。"
            given[one.code] = value
        found.errors[step] = errors
    _leave_out(application.kind, given, found)
    _history(typed.get(Step.HISTORY, {}), found)
    _settle(application, given, found)
    return found


def _leave_out(kind: str, given: dict[str, Any], found: Contents) -> None:
    """Take no field that waits for another one of which something else was chosen."""
    fields = {one.code: one for one in EXPERT.fields()}
    told = given | followed(given)
    for step, errors in found.errors.items():
        for one in asked_at(step, kind):
            if one.shown_when and not applies(fields, one.code, told.get):
                given.pop(one.code, None)
                errors.pop(one.name, None)


def followed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what follows from what is ``given``: from the number of a document, from a title."""
    found: dict[str, Any] = {}
    if number := given.get("id_number"):
        born, sex = told_by_id_number(
            given.get("id_kind") or "",
            number,
            *(given.get("birth_date"), given.get("sex") or ""),
        )
        found |= {"birth_date": born} if born else {}
        found |= {"sex": sex} if sex else {}
    for one in EXPERT.built_in:
        if one.applied and one.applied.tells and (value := given.get(one.applied.told_by)):
            by_word = one.applied.tells()
            found |= {one.code: by_word[value]} if value in by_word else {}
    return found


def is_required(one: FieldDeclaration) -> bool:
    return one.required or bool(one.applied and one.applied.required)


def _value(one: FieldDeclaration, raw: list[str]) -> Any:
    """Return the value of what a control sent."""
    if not raw:
        return [] if isinstance(one.kind, Rows) and one.kind.many else None
    if not isinstance(one.kind, Rows):
        value = STRICTER.get(one.code, one.clean)(_plain(one, raw))
        if isinstance(one.kind, Entry) and value not in one.kind.words():
            raise CellRefused("{}不存在", "请从列表中选择。")
        return value
    if len(raw) > MOST_VALUES:
        raise CellRefused("{}太多", f"最多选 {MOST_VALUES} 项，请只选最擅长的。")
    # The database takes no such text, not even to look for it.
    keys = [key for key in raw if is_writable(key)]
    model = one.kind.rows().model
    try:
        keys = [model._meta.pk.to_python(key) for key in keys]
    except ValidationError:
        raise CellRefused("{}不存在", "请重新选择。") from None
    rows = list(one.kind.rows().filter(pk__in=keys))
    # None is left out in silence: one may have been taken away since he chose.
    if len(rows) != len(set(keys)) or len(keys) != len(raw):
        raise CellRefused("{}不存在", "请重新选择。")
    if one.kind.many:
        return rows
    return rows[0] if rows else None


def _plain(one: FieldDeclaration, raw: list[str]) -> Any:
    return raw if isinstance(one.kind, Words) else raw[0]


def _history(typed: Mapping[str, Any], found: Contents) -> None:
    errors: Errors = {}
    for of in (JOBS, TIES):
        rows: list[dict[str, Any]] = getattr(found, of)
        for at, raw in enumerate(typed.get(of, [])[:MOST_ROWS], 1):
            # It is whatever somebody posted: a row may be no object at all.
            values, wrong = read_row(of, raw if isinstance(raw, dict) else {})
            if wrong:
                errors[of] = f"第 {at} 行：{next(iter(wrong.values()))}"
            elif values:
                rows.append(values)
    found.errors[Step.HISTORY] = errors


def _settle(application: Application, given: dict[str, Any], found: Contents) -> None:
    """Bring what was given into the form in which the services of experts take it."""
    found.specialties = given.pop("specialties", None) or []
    name, uscc = given.pop("employer_name", "") or "", given.pop("employer_uscc", "") or ""
    if application.kind == ExpertKind.ORGANISATION:
        name = given.get("name") or ""
    found.employer = (name, uscc)
    contact, value = verified(application)
    # From his account: what stands in the form may be older.
    given[contact] = value
    found.errors[Step.BASIC].pop(contact, None)
    found.values = {code: value for code, value in given.items() if value is not None}
    # Over what was typed: a number of a document says it better.
    found.values |= followed(found.values)
    found.values["kind"] = application.kind


def shown_word(one: FieldDeclaration, value: Any) -> str:
    """Return a value as it reads in Chinese."""
    if isinstance(one.kind, Rows):
        rows = value if isinstance(value, list) else [value] if value else []
        return "、".join(str(getattr(row, "name", row)) for row in rows)
    return one.kind.word(value)


def job_words(job: Mapping[str, Any]) -> str:
    """Return one line of the history of employments."""
    return "，".join(filter(None, (_span(job), job["unit"], job["post"])))


def _span(job: Mapping[str, Any]) -> str:
    def month(day: date | str) -> str:
        return day.strftime("%Y-%m") if isinstance(day, date) else ""

    start, end = month(job["start"]), month(job["end"])
    return f"{start or '不详'} 至 {end or '今'}" if start or end else ""


def tie_words(tie: Mapping[str, Any]) -> str:
    """Return one line of the relations."""
    label = str(AvoidanceKind(tie["kind"]).label)
    return "，".join(filter(None, (label, tie["person"], tie["unit"], tie["note"])))
