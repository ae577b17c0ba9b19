"""Adding, changing and retiring fields of records; and holding them while something names them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q
from django.utils.text import Truncator

from expertpool.accounts.models import Role, User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.audit.services.snapshots import Shown, Values
from expertpool.core.bounds import ORDER
from expertpool.core.criteria.uses import told
from expertpool.core.importing import normalise_header
from expertpool.core.locks import lock_transaction
from expertpool.core.permissions import BuiltInRole
from expertpool.core.subjects import SUBJECTS, FieldDeclaration, Owner, can_decide, choices_of
from expertpool.core.text import HIDDEN, clean_text, is_hidden
from expertpool.customforms.enums import WITH_OPTIONS, FieldKind
from expertpool.customforms.exceptions import FieldInUse, FieldRetired
from expertpool.customforms.models import CustomField, FieldMark
from expertpool.customforms.queries.asking import fields_among, unasked_fields
from expertpool.customforms.queries.declared import declare, look_again
from expertpool.customforms.registry import past_uses, running_uses, waiting_uses, ways_out

MOST_OPTIONS = 100
LONGEST_OPTION = 50  # characters: each stands on pages, in templates and conditions
NAMING = "customforms.naming"  # the lock under which a field gets its name
MOST_NOTE = 300  # characters
STEP = 10  # between the orders of two fields
SHOWN = 3  # names in a refusal
NO_FILE = (
    "入库申请里不能填写“文件”字段：申请人的证明材料在申请的附件一步上传。请不勾选“入库申请时填写”。"
)
RECORDED = (
    "subject", "label", "kind", "options", "required", "help", "order", "group", "waits_for",
    "wait_words", "readers", "owner", "in_application", "least", "most",
)  # fmt: skip


@dataclass(frozen=True)
class FieldData:
    """What an administrator says about a field."""

    label: str
    options: Sequence[str] = ()
    required: bool = False
    help: str = ""
    order: int | None = None  # a new one comes last, an old one stays where it is
    group: str = ""
    waits_for: str = ""
    wait_words: Sequence[str] = ()
    readers: Sequence[str] = ()
    owner: str = Owner.OFFICE
    in_application: bool = False
    least: Decimal | None = None
    most: Decimal | None = None


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
        order=_last(subject),
        created_at=now,
        created_by=actor,
    )
    _write(row, data, now)
    record("customfield.add", actor=actor, now=now, subject=row, after=_said(row))
    return row


def save_field(*, row: CustomField, actor: User | None, now: datetime) -> object:
    """Do what the form of a field says: `add_field`, `change_field`, or `retire_field` where it is
    no longer active."""
    said = {one.name: getattr(row, one.name) for one in dataclass_fields(FieldData)}
    data = FieldData(**said | {"order": None})
    if row.pk is None:
        return add_field(subject=row.subject, kind=row.kind, data=data, actor=actor, now=now)
    if not row.active:
        return retire_field(field=row, actor=actor, now=now)
    if not CustomField.objects.filter(pk=row.pk, active=True).exists():
        return restore_field(field=row, actor=actor, now=now)
    return change_field(field=row, data=data, actor=actor, now=now)


@transaction.atomic
def change_field(
    *, field: CustomField, data: FieldData, actor: User | None, now: datetime
) -> CustomField:
    """Change what is said about a field; its kind stays. Logs it.

    Refuses what `add_field` refuses, a retired field, and to take away an option that a record
    holds, an application that waits says, or a draw has named, ended or not (FieldInUse).
    """
    lock_transaction(NAMING)
    # Against a draw that is being sealed by it (`hold_fields`).
    row = CustomField.objects.select_for_update().get(pk=field.pk)
    if not row.active:
        raise ValidationError("字段已停用，不能再修改；需要时请新增一个字段。")
    before = _said(row)
    gone = [word for word in row.options if word not in _words(data.options)]
    if gone:
        check_removable(row, gone, viewer=actor)
    _write(row, data, now)
    after = _said(row)
    record_change(
        "customfield.change", actor=actor, now=now, subject=row, before=before, after=after
    )
    # What it was called before is read from there.
    mark()
    return row


@transaction.atomic
def retire_field(*, field: CustomField, actor: User | None, now: datetime) -> None:
    """Stop filling and asking a field; what records, versions and draws say stays. Logs it.

    Refuses one that a draw under way has sealed, or a flow or rule in force asks (FieldInUse), also where that is
    sealed or saved at this moment: it holds the field (`hold_fields`, `keep_fields`).
    """
    row = CustomField.objects.select_for_update().get(pk=field.pk)
    if not row.active:
        return
    check_retirable(row, viewer=actor)
    row.active, row.updated_at = False, now
    row.save(update_fields=["active", "updated_at"])
    # With the change, and rolled back with it.
    mark()
    before = _said(row)
    record("customfield.retire", actor=actor, now=now, subject=row, before=before)


def check_retirable(row: CustomField, *, viewer: User | None) -> None:
    """Refuse (FieldInUse) where something needs the field: what is under way and asks it, named as far as ``viewer`` may
    see it, or a field in use that is shown by it."""
    if names := running_uses(row.subject, row.code, viewer):
        out = "；".join(ways_out(row.subject, row.code))
        raise FieldInUse(f"字段“{row.label}”正在使用：{told(names)}。{out}，再停用。")
    if waiting := _waiting_for(row):
        labels = [one.label for one in waiting]
        raise FieldInUse(f"显示条件用到“{row.label}”的字段：{_named(labels)}。请先修改它们。")


@transaction.atomic
def restore_field(*, field: CustomField, actor: User | None, now: datetime) -> None:
    """Take a retired field into use again, with what records hold of it. Logs it.

    Refuses (ValidationError) one whose name another field has taken meanwhile.
    """
    lock_transaction(NAMING)
    row = CustomField.objects.select_for_update().get(pk=field.pk)
    if row.active:
        return
    check_restorable(row)
    row.active, row.updated_at = True, now
    row.full_clean()
    row.save(update_fields=["active", "updated_at"])
    mark()
    after = _said(row)
    record("customfield.restore", actor=actor, now=now, subject=row, after=after)


def check_restorable(row: CustomField) -> None:
    """Refuse (ValidationError) a retired field whose name another has: it is that one that can be renamed."""
    if taken := _taken_by(row):
        raise ValidationError(
            {"label": f"停用期间“{taken}”用了这个名称，请先给那个字段换一个名称，再重新启用。"}
        )


def _said(row: CustomField) -> Values:
    """Return what the log keeps of ``row``; the field it waits for by its label, since the code says nothing of whose
    it is."""
    values = snapshot(row, *RECORDED)
    known = {one.code: one.label for one in SUBJECTS[row.subject].fields()}
    if row.waits_for in known:
        values["waits_for"] = Shown(known[row.waits_for], row.waits_for)
    return values


def _last(subject: str) -> int:
    """Return the order of a field that comes behind all others."""
    rows = CustomField.objects.filter(subject=subject, active=True)
    last: int = rows.aggregate(last=Max("order"))["last"] or 0
    return min(last + STEP, int(ORDER.high))


def hold_fields(subject: str, codes: Collection[str]) -> None:
    """Keep the custom fields among ``codes`` as they are until the transaction ends: nobody
    retires or changes one meanwhile. Raises FieldRetired when one may not be asked by a draw now."""
    # NO KEY is enough: it keeps those out who change the row.
    held = fields_among(subject, codes).select_for_update(no_key=True)
    for why in unasked_fields(held).values():
        raise FieldRetired(why)


def keep_fields(subject: str, codes: Collection[str]) -> None:
    """The same for what persons work by, who may ask what only some see. Raises FieldRetired when one was retired."""
    for row in fields_among(subject, codes).select_for_update(no_key=True):
        if not row.active:
            whose = "有一个字段" if row.readers else f"字段“{row.label}”"
            raise FieldRetired(f"条件中的{whose}刚刚停用，请从条件中去掉后再保存。")


def _write(row: CustomField, data: FieldData, now: datetime) -> None:
    row.label = clean_text(data.label)
    row.options = _words(data.options) if row.kind in WITH_OPTIONS else []
    row.required, row.help = data.required, clean_text(data.help)
    row.order = row.order if data.order is None else data.order
    row.group, row.readers = clean_text(data.group), list(data.readers)
    row.waits_for, row.wait_words = data.waits_for, list(data.wait_words)
    is_own = SUBJECTS[row.subject].is_somebodys
    row.owner = data.owner if is_own else Owner.OFFICE
    row.in_application = data.in_application and is_own
    is_number = row.kind == FieldKind.NUMBER
    row.least, row.most = (data.least, data.most) if is_number else (None, None)
    row.updated_at = now
    if row.in_application and row.kind == FieldKind.FILE:
        raise ValidationError({"in_application": NO_FILE})
    if row.kind in WITH_OPTIONS and not 0 < len(row.options) <= MOST_OPTIONS:
        message = f"请填写 1 至 {MOST_OPTIONS} 个选项，每行一个；现有 {len(row.options)} 个。"
        raise ValidationError({"options": message})
    _refuse_hidden(row)
    _refuse_readers(row)
    _refuse_condition(row)
    _refuse_unasked(row)
    # After the words of our own, which are plainer than those of the model.
    row.full_clean()
    _refuse_unclear_name(row)
    row.save()
    mark()


def _refuse_hidden(row: CustomField) -> None:
    texts = {
        "label": row.label,
        "options": "".join(row.options),
        "help": row.help,
        "group": row.group,
    }
    if wrong := [name for name, text in texts.items() if any(map(is_hidden, text))]:
        raise ValidationError(dict.fromkeys(wrong, HIDDEN))


def _refuse_unclear_name(row: CustomField) -> None:
    """Refuse a name that imports could not tell from another field's: it would take its cells."""
    if not normalise_header(row.label):
        raise ValidationError({"label": "括号里只是说明，请在括号外写上名称。"})
    if taken := _taken_by(row):
        message = (
            f"“{row.label}”与已有的字段“{taken}”在导入时分不清"
            "（空格、括号里的说明和该字段的其他叫法都不算区别），请换一个名称。"
        )
        raise ValidationError({"label": message})


def _taken_by(row: CustomField) -> str:
    """Return which other field has the name of ``row``; empty: none."""
    name = normalise_header(row.label)
    # Retired ones have no column that a header could mean.
    others = CustomField.objects.filter(subject=row.subject, active=True).exclude(pk=row.pk)
    fields = (*SUBJECTS[row.subject].built_in, *map(declare, others))
    return next((one.label for one in fields if name in one.headers()), "")


def _refuse_readers(row: CustomField) -> None:
    """Refuse a field that is hidden from whoever has to fill it in, and roles that there are not."""
    known = set(Role.objects.filter(code__in=row.readers).values_list("code", flat=True))
    if set(row.readers) - known:
        raise ValidationError({"readers": "所选角色已被删除，请重新选择。"})
    fills = row.owner != Owner.OFFICE or row.in_application
    if row.readers and fills and BuiltInRole.EXPERT not in row.readers:
        raise ValidationError({"readers": "专家本人要填写这一项，请让“专家”角色也能看到。"})
    for one in _waiting_for(row):
        if not _sees_no_less(one, row):
            message = f"“{one.label}”的显示条件用到这一项，它的可见角色不能比这一项多。"
            raise ValidationError({"readers": message})


def _sees_no_less(row: CustomField, waited: CustomField) -> bool:
    """Tell whether whoever sees ``row`` sees what it waits for: that it is there tells of it."""
    return not waited.readers or (bool(row.readers) and set(row.readers) <= set(waited.readers))


def deciding_fields(subject: str, *, apart: str = "") -> list[FieldDeclaration]:
    """Return the fields of ``subject``, but for ``apart``, for whose words another field may wait."""
    return [
        one
        for one in SUBJECTS[subject].fields()
        if one.code != apart and can_decide(one.kind) and one.form and one.form.typed
    ]


def _refuse_condition(row: CustomField) -> None:
    if not row.waits_for:
        row.wait_words = []
        return
    known = {one.code: one for one in deciding_fields(row.subject, apart=row.code)}
    waited = known.get(row.waits_for)
    if waited is None:
        raise ValidationError({"waits_for": "这个字段不能作显示条件，或已停用，请重新选择。"})
    if not row.wait_words:
        raise ValidationError({"wait_words": f"请写出“{waited.label}”为哪些值时显示。"})
    choices = choices_of(waited.kind)
    if wrong := [word for word in row.wait_words if word not in choices]:
        message = f"“{waited.label}”没有“{wrong[0]}”，可以是：{'、'.join(choices)}。"
        raise ValidationError({"wait_words": Truncator(message).chars(MOST_NOTE)})
    others = {one.code: one for one in CustomField.objects.filter(subject=row.subject)}
    if row.waits_for in others and not _sees_no_less(row, others[row.waits_for]):
        message = f"“{waited.label}”只对部分角色可见，这一项的可见角色不能比它多。"
        raise ValidationError({"readers": message})
    seen, code = {row.code}, row.waits_for
    while code in others:
        if code in seen:
            raise ValidationError({"waits_for": "两个字段互为显示条件，谁也不会出现，请另选。"})
        seen.add(code)
        code = others[code].waits_for


def _refuse_unasked(row: CustomField) -> None:
    """Refuse to ask of applicants what waits for something that none of them is asked: it would never come."""
    if row.in_application and row.waits_for:
        fields = SUBJECTS[row.subject].fields()
        waited = next(one for one in fields if one.code == row.waits_for)
        if waited.applied is None:
            message = (
                f"入库申请里不填“{waited.label}”，这一项在申请里永远不会出现："
                f"请先让“{waited.label}”也在入库申请时填写，或不勾选这一项的“入库申请时填写”。"
            )
            raise ValidationError({"in_application": message})
    waiting = [one.label for one in _waiting_for(row) if one.in_application]
    if waiting and not row.in_application:
        message = f"入库申请里的字段“{waiting[0]}”取决于这一项，请先修改它。"
        raise ValidationError({"in_application": message})


def _waiting_for(row: CustomField) -> list[CustomField]:
    """Return the fields in use that are shown by what ``row`` says."""
    waiting = CustomField.objects.filter(subject=row.subject, waits_for=row.code, active=True)
    return list(waiting) if row.pk else []


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


def check_removable(row: CustomField, gone: Sequence[str], *, viewer: User | None) -> None:
    """Refuse (FieldInUse) where something needs one of the options ``gone``, named as far as ``viewer`` may see it."""
    # A sealed condition is checked by its words for ever.
    if names := past_uses(row.subject, row.code, gone, viewer):
        raise FieldInUse(
            f"条件用过选项“{'、'.join(gone)}”（{told(names)}），不能删除，以便以后核对。"
        )
    for one in _waiting_for(row):
        if named := [word for word in gone if word in one.wait_words]:
            message = f"字段“{one.label}”在这一项为“{named[0]}”时显示，请先修改它。"
            raise FieldInUse(message)
    model = apps.get_model(row.subject)
    # Contained as it is stored: one word, or a list that holds it.
    values: list[Any] = [word if row.kind == FieldKind.CHOICE else [word] for word in gone]
    held = Q(*(Q(extra__contains={row.code: value}) for value in values), _connector=Q.OR)
    count = model._default_manager.filter(held).count()
    if count:
        raise FieldInUse(f"有 {count} 条记录填了选项“{'、'.join(gone)}”，请先改掉再删除。")
    # Nobody could agree to it any more.
    if waiting := waiting_uses(row.subject, row.code, gone):
        words = "、".join(waiting)
        raise FieldInUse(f"有 {words}填了选项“{'、'.join(gone)}”，请先处理完再删除。")


def _named(names: Sequence[str]) -> str:
    more = f"等 {len(names)} 个" if len(names) > SHOWN else ""
    return "、".join(names[:SHOWN]) + more


def mark() -> None:
    """Let every process read the fields again."""
    FieldMark.objects.update_or_create(pk=1, defaults={"mark": uuid4()})
    # This request, too, goes on with the new state.
    look_again()
