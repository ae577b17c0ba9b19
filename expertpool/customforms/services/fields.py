"""Adding, changing and retiring fields of records; and holding them while something names them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.importing import normalise_header
from expertpool.core.locks import lock_transaction
from expertpool.core.subjects import SUBJECTS
from expertpool.core.text import HIDDEN, clean_text, is_hidden
from expertpool.customforms.enums import WITH_OPTIONS, FieldKind
from expertpool.customforms.exceptions import FieldInUse, FieldRetired
from expertpool.customforms.models import CustomField, FieldMark
from expertpool.customforms.queries.declared import declare, look_again
from expertpool.customforms.registry import past_uses, running_uses

MOST_OPTIONS = 100
LONGEST_OPTION = 50  # characters: each stands on pages, in templates and conditions
NAMING = "customforms.naming"  # the lock under which a field gets its name
SHOWN = 3  # names in a refusal
RECORDED = ("subject", "label", "kind", "options", "required", "help", "in_application", "order")


@dataclass(frozen=True)
class FieldData:
    """What an administrator says about a field."""

    label: str
    options: Sequence[str] = ()
    required: bool = False
    help: str = ""
    order: int = 100
    in_application: bool = False


@transaction.atomic
def add_field(
    *, subject: str, kind: str, data: FieldData, actor: User | None, now: datetime
) -> CustomField:
    """Add a field to the records of ``subject``; every process has it from now on. Logs it.

    Refuses (ValidationError) a name that imports cannot tell from another field's, a choice
    without options, and texts that are too long or hold what nobody sees.
    """
    # Two at once would take one code, or one name.
    lock_transaction(NAMING)
    codes = CustomField.objects.filter(subject=subject).values_list("code", flat=True)
    row = CustomField(
        subject=SUBJECTS[subject].code,
        code=f"x{max((int(code[1:]) for code in codes), default=0) + 1}",
        kind=kind,
        created_at=now,
        created_by=actor,
    )
    _write(row, data, now)
    record("customfield.add", actor=actor, now=now, subject=row, after=snapshot(row, *RECORDED))
    return row


def save_field(*, row: CustomField, actor: User | None, now: datetime) -> object:
    """Do what the form of a field says: `add_field`, `change_field`, or `retire_field` where it is
    no longer active."""
    data = FieldData(row.label, row.options, row.required, row.help, row.order, row.in_application)
    if row.pk is None:
        return add_field(subject=row.subject, kind=row.kind, data=data, actor=actor, now=now)
    if not row.active:
        return retire_field(field=row, actor=actor, now=now)
    return change_field(field=row, data=data, actor=actor, now=now)


@transaction.atomic
def change_field(
    *, field: CustomField, data: FieldData, actor: User | None, now: datetime
) -> CustomField:
    """Change what is said about a field; its kind stays. Logs it.

    Refuses what `add_field` refuses, a retired field, and to take away an option that a record
    holds or a draw has named, ended or not (FieldInUse).
    """
    lock_transaction(NAMING)
    # Against a draw that is being sealed by it (`hold_fields`).
    row = CustomField.objects.select_for_update().get(pk=field.pk)
    if not row.active:
        raise ValidationError("字段已停用，不能再修改；需要时请新增一个字段。")
    before = snapshot(row, *RECORDED)
    gone = [word for word in row.options if word not in _words(data.options)]
    if gone:
        _refuse_gone_options(row, gone)
    _write(row, data, now)
    after = snapshot(row, *RECORDED)
    record_change(
        "customfield.change", actor=actor, now=now, subject=row, before=before, after=after
    )
    return row


@transaction.atomic
def retire_field(*, field: CustomField, actor: User | None, now: datetime) -> None:
    """Stop filling and asking a field; what records, versions and draws say stays. Logs it.

    Refuses one that a draw under way has sealed (FieldInUse), also one that is sealed at this
    moment: the seal holds the field (`hold_fields`).
    """
    row = CustomField.objects.select_for_update().get(pk=field.pk)
    if not row.active:
        return
    if names := running_uses(row.subject, row.code):
        raise FieldInUse(
            f"字段“{row.label}”是正在进行的抽取的条件：{_named(names)}。请待抽取结束后再停用。"
        )
    row.active, row.updated_at = False, now
    row.save(update_fields=["active", "updated_at"])
    # With the change, and rolled back with it.
    _mark()
    before = snapshot(row, *RECORDED)
    record("customfield.retire", actor=actor, now=now, subject=row, before=before)


def hold_fields(subject: str, codes: Collection[str]) -> None:
    """Keep the custom fields among ``codes`` as they are until the transaction ends: nobody
    retires or changes one meanwhile. Raises FieldRetired when one has been retired."""
    # In one order: two seals that hold the same fields would wait for each other.
    rows = CustomField.objects.filter(subject=subject, code__in=codes).order_by("pk")
    # NO KEY is enough: it keeps those out who change the row.
    for row in rows.select_for_update(no_key=True):
        if not row.active:
            raise FieldRetired(f"条件中的字段“{row.label}”已停用，请修改抽取方案后再抽取。")


def _write(row: CustomField, data: FieldData, now: datetime) -> None:
    row.label = clean_text(data.label)
    row.options = _words(data.options) if row.kind in WITH_OPTIONS else []
    row.required, row.help, row.order = data.required, clean_text(data.help), data.order
    row.in_application = data.in_application
    row.updated_at = now
    if row.kind in WITH_OPTIONS and not 0 < len(row.options) <= MOST_OPTIONS:
        message = f"请填写 1 至 {MOST_OPTIONS} 个选项，每行一个；现有 {len(row.options)} 个。"
        raise ValidationError({"options": message})
    _refuse_hidden(row)
    # After the words of our own, which are plainer than those of the model.
    row.full_clean()
    _refuse_unclear_name(row)
    row.save()
    _mark()


def _refuse_hidden(row: CustomField) -> None:
    texts = {"label": row.label, "options": "".join(row.options), "help": row.help}
    if wrong := [name for name, text in texts.items() if any(map(is_hidden, text))]:
        raise ValidationError(dict.fromkeys(wrong, HIDDEN))


def _refuse_unclear_name(row: CustomField) -> None:
    """Refuse a name that imports could not tell from another field's: it would take its cells."""
    name = normalise_header(row.label)
    if not name:
        raise ValidationError({"label": "括号里只是说明，请在括号外写上名称。"})
    # Retired ones have no column that a header could mean.
    others = CustomField.objects.filter(subject=row.subject, active=True).exclude(pk=row.pk)
    fields = (*SUBJECTS[row.subject].built_in, *map(declare, others))
    if taken := next((one.label for one in fields if name in one.headers()), ""):
        message = (
            f"“{row.label}”与已有的字段“{taken}”在导入时分不清"
            "（空格、括号里的说明和该字段的其他叫法都不算区别），请换一个名称。"
        )
        raise ValidationError({"label": message})


def _words(options: Sequence[str]) -> list[str]:
    """Return options without blanks and repetitions; what separates them in a cell is no part."""
    words = [clean_text(word) for word in options]
    for at, word in enumerate(words, 1):
        if len(word) > LONGEST_OPTION:
            message = f"第 {at} 行有 {len(word)} 字，每个选项最多 {LONGEST_OPTION} 字，请缩短。"
            raise ValidationError({"options": message})
        if set(word) & set("、；;，,\n"):
            raise ValidationError({"options": f"选项“{word}”里不能有顿号、逗号或分号。"})
    return list(dict.fromkeys(filter(None, words)))


def _refuse_gone_options(row: CustomField, gone: Sequence[str]) -> None:
    # A sealed condition is checked by its words for ever.
    if names := past_uses(row.subject, row.code, gone):
        raise FieldInUse(
            f"抽取条件用过选项“{'、'.join(gone)}”（{_named(names)}），不能删除，以便以后核对。"
        )
    model = apps.get_model(row.subject)
    # Contained as it is stored: one word, or a list that holds it.
    values: list[Any] = [word if row.kind == FieldKind.CHOICE else [word] for word in gone]
    held = Q(*(Q(extra__contains={row.code: value}) for value in values), _connector=Q.OR)
    count = model._default_manager.filter(held).count()
    if count:
        raise FieldInUse(f"有 {count} 条记录填了选项“{'、'.join(gone)}”，请先改掉再删除。")


def _named(names: Sequence[str]) -> str:
    more = f"等 {len(names)} 个" if len(names) > SHOWN else ""
    return "、".join(names[:SHOWN]) + more


def _mark() -> None:
    FieldMark.objects.update_or_create(pk=1, defaults={"mark": uuid4()})
    # This request, too, goes on with the new state.
    look_again()
