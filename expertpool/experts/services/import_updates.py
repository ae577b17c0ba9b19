"""Import that updates: rows that name experts in the pool, each with what it changes in his record."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.accounts.queries import departments_within
from expertpool.audit.services import record
from expertpool.core.importing import (
    CHECK,
    OVER,
    CellRefused,
    Change,
    Fault,
    ImportColumn,
    Importer,
    Note,
    Row,
    Totals,
)
from expertpool.core.jobs import defer
from expertpool.core.models.imports import UNREAD
from expertpool.core.subjects.importing import Misfits, definition_of
from expertpool.core.visibility import Level, level_for, show
from expertpool.directory.enums import TitleLevel
from expertpool.directory.models import Division, Specialty
from expertpool.directory.queries import is_called, title_levels
from expertpool.directory.services.units import resolve_unit
from expertpool.experts.enums import ChangeVia, ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.fields import EXPERT
from expertpool.experts.fields.shared import passes
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import (
    experts_visible_to,
    id_number_index,
    kept_instead,
    phone_index,
)
from expertpool.experts.queries.imported import CHANGING
from expertpool.experts.services.another import LABELS, AnotherPerson, refuse_another
from expertpool.experts.services.import_alike import BY_NAME, AlikeByName
from expertpool.experts.services.import_columns import expert_columns
from expertpool.experts.services.import_examples import NAMING
from expertpool.experts.services.import_lookups import (
    DepartmentNames,
    DivisionNames,
    SpecialtyNames,
)
from expertpool.experts.services.import_units import NamedUnits, employer_of
from expertpool.experts.services.profile import refusals_of, update_expert
from expertpool.experts.services.taken import UNIQUE, is_plain
from expertpool.experts.validators.standing import says_gone
from expertpool.experts.validators.values import Term, TermYears, expert_number

NUMBER = ImportColumn(
    "number",
    "专家编号",
    expert_number,
    looks=passes(expert_number),
    help="按编号、证件号码、手机号中的一个找到专家；空白的格不改动。",
    sample="ZJ0000000000",  # nobody's: the sample row may stay
)
# Whom the sample row named before it named nobody: a template that was downloaded then names him still.
FORMER_SAMPLE = "ZJ2026000001"
LIKE_SAMPLE = "这一行与旧模板的示例行相同，可能是示例没有删除：确是要更新{}的再勾选。"
# Each is shown with what it changes, and approved.
MOST = 500
# Whom a row names: the surest first.
KEYS = ("number", "id_number", "phone")
KEY_LABELS = {"number": "编号", "id_number": "证件号码", "phone": "手机号"}
KEPT_LEVEL = "字典中没有这个职称的级别，职称级别不改动（{}），请核对。"
NO_END = "只写了几年，不知道到哪一天，这一项不更新。"
# The same of whoever cannot read it, whether the file says what the record has or not: else he could try numbers.
UNREAD_TOLD = (
    "{}：您看不到全文，没有与档案比较，也不更新；请由能查看的人核对。其余各项与库中的档案相同。"
)
NOT_HERE = "编号、证件号码、手机号都没有对上，或您不能修改他。看不到全文的号码不能用来查找。"


class ExpertUpdater(Importer):
    """Changes records by a table. An empty cell changes nothing; numbers that the user does not see
    plain find nobody, and what he does not see plain he does not change."""

    code = CHANGING
    listed = "experts:list"
    label = "专家更新"
    permission = "experts.edit"
    is_update = True
    most = MOST
    named_by = "name"
    sample_by = ("number", *NAMING)
    previewed = None
    at_once = 50
    saved_rows = 10  # each is saved by itself, and long

    @classmethod
    def get_columns(cls, user: User | None = None) -> Sequence[ImportColumn]:
        # Nothing is required of a row but that it names somebody.
        columns = expert_columns(user)
        # Of these it is seen in his record whether they change: what he has passes, however bounds have narrowed.
        later = {one.code: one.kind.later_cleaner() for one in EXPERT.fields() if one.is_extra}
        return [
            NUMBER,
            *(
                replace(one, required=False, missed="", clean=later.get(one.code, one.clean))
                for one in columns
            ),
        ]

    def __init__(self, *, actor: User, now: datetime, options: Any) -> None:
        super().__init__(actor=actor, now=now, options=options)
        self.declared = {
            one.imported.code or one.code: one for one in EXPERT.fields() if one.imported
        }
        self.hidden = {
            code
            for code, one in self.declared.items()
            if one.guard and level_for(actor, one.guard.code) is not Level.PLAIN
        }
        self.samples = {
            code: one.clean(one.sample) for code, one in self.by_code.items() if one.sample
        }
        self.specialties, self.divisions = SpecialtyNames(), DivisionNames()
        self.departments = DepartmentNames(departments_within(actor, "experts.edit"))
        self.title_levels = title_levels()
        self.units = NamedUnits(self)
        self.alike = AlikeByName(actor)
        self.misfits = Misfits(EXPERT, self)
        self.found: dict[str, dict[Any, Expert]] = {key: {} for key in KEYS}
        self.rows: dict[int, int] = {}  # expert → row of this file
        self.doubted: dict[int, int] = {}  # expert → row that may be somebody else's
        self.merged: dict[
            str, tuple[int, str]
        ] = {}  # number of a closed record → the one that stays
        self.numbers: dict[tuple[str, Any], int] = {}  # new phone, document or mail → row

    def definitions(self) -> dict[str, dict[str, str]]:
        return {
            code: definition_of(one)
            for code, one in self.declared.items()
            if one.is_extra and code in self.by_code
        }

    # --- who ----------------------------------------------------------------------------------

    def prepare(self, rows: Sequence[Row]) -> None:
        self.units.look_up(rows)
        for found in self.found.values():
            found.clear()  # of a long file no more than a chunk is held
        wanted: dict[str, list[Any]] = {key: [] for key in KEYS}
        for row in rows:
            for key, value in self._keys(row.values).items():
                wanted[key].append(value)
        experts = experts_visible_to(self.actor, "experts.edit")
        experts = experts.exclude(status=ExpertStatus.DELETED).select_related(
            "employer", "division", "department"
        )
        self.merged = kept_instead(wanted["number"])
        named = (
            Q(number__in=wanted["number"])
            | Q(pk__in=[pk for pk, _ in self.merged.values()])
            | Q(phone_index__in=wanted["phone"])
            | Q(id_number_index__in=wanted["id_number"])
        )
        for expert in experts.filter(named).prefetch_related("specialties"):
            self.found["number"][expert.number] = expert
            self.found["phone"][expert.phone_index] = expert
            self.found["id_number"][expert.id_number_index] = expert
        for old, (_, number) in self.merged.items():
            if kept := self.found["number"].get(number):
                self.found["number"][old] = kept
        unfound = (row.values for row in rows if not self._named(row.values))
        self.alike.look_up([one for one in unfound if not one.get("number")], experts)

    def _keys(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return by what a row may be found: numbers that the user may see only."""
        keys: dict[str, Any] = {"number": values.get("number")}
        for key, index in (("phone", phone_index), ("id_number", id_number_index)):
            if is_plain(self.actor, key):
                keys[key] = index(values.get(key) or "")
        return {key: value for key, value in keys.items() if value}

    def _named(self, values: dict[str, Any]) -> dict[str, Expert]:
        """Return whom a row names by each of its numbers, the surest first."""
        keys = self._keys(values)
        found = ((key, self.found[key].get(keys[key])) for key in KEYS if key in keys)
        named = {key: expert for key, expert in found if expert is not None}
        # Who gives a number of ours means that one: another telephone is a new one.
        return named if "number" in named or "number" not in keys else {}

    def _doubt(self, row: Row, named: dict[str, Expert]) -> str:
        """Return why a row may be about somebody else: telephones move on, and numbers slip by a row."""
        if BY_NAME in named:
            return self.alike.doubt(row.values)
        told = self._named_otherwise(row, named)
        return f"{told}，请核对后再勾选。" if told else ""

    def _named_otherwise(self, row: Row, named: dict[str, Expert]) -> str:
        """Return that one number alone names somebody who is called otherwise; empty: it does not."""
        name = row.values.get("name") or ""
        (key, expert), *others = named.items()
        if others or key == BY_NAME or _flat(name) in ("", _flat(expert.name)):
            return ""
        whose = {"phone": "用这个号码的另一个人", "number": "编号错了行"}.get(key, "号码错了行")
        return f"只有{KEY_LABELS[key]}对上，而姓名是“{name}”：可能是{whose}"

    def _refused_of(self, row: Row, named: dict[str, Expert], fault: Fault | None) -> Fault | None:
        """Return what is said of a row that is refused: of one that means somebody else not what his record holds."""
        told = self._named_otherwise(row, named) if fault else ""
        return (
            Fault("", "号码像是别人的", f"{told}，请核对姓名和号码，改正后重新上传。")
            if told
            else fault
        )

    def _sampled(self, row: Row, expert: Expert) -> str:
        """Return that a row says of the one whom the sample row named nothing but what that row said: nobody can
        tell it from a wish (docs/decisions/0627)."""
        if row.values.get("number") != FORMER_SAMPLE:
            return ""
        given = {code: row.values.get(code) for code in self.by_code if code != NUMBER.code}
        filled = {code: value for code, value in given.items() if value not in ("", None, [])}
        is_sample = all(value == self.samples.get(code) for code, value in filled.items())
        return LIKE_SAMPLE.format(expert) if is_sample else ""

    def _over(self, given: dict[str, Any]) -> str:
        """Return that a row would take somebody out of all draws: nobody means that by a year typed wrongly."""
        end = given.get("term_end_date")
        if end is None or end >= timezone.localdate(self.now):
            return ""
        return f"聘期至 {end:%Y-%m-%d} 已过，更新后不再抽取他：确是这样的再勾选。"

    def _gone(self, given: dict[str, Any]) -> str:
        """Return that a remark says of somebody that he has left: as a remark alone it takes him out of no draw."""
        if not (said := says_gone(given.get("remark") or "")):
            return ""
        return f"备注写着“{said}”：只改备注，仍会抽取他。要停止抽取的，请到专家信息页办理；只记下来的再勾选。"

    # --- what ---------------------------------------------------------------------------------

    def validate(self, row: Row) -> Fault | None:
        named = self._named(row.values) or self.alike.one(row.values)
        if not named:
            return Fault("", "库中没有这位专家", self.alike.several(row.values) or NOT_HERE)
        expert = next(iter(named.values()))
        if len({one.pk for one in named.values()}) > 1:
            told = "，".join(f"{KEY_LABELS[key]}是{one}的" for key, one in named.items())
            return Fault("", "号码属于不同的人", f"{told}：请改正其中一个，或清空不对的。")
        if expert.pk in self.rows:
            first = self.rows[expert.pk]
            return Fault("", "同一专家出现两次", f"第 {first} 行也是{expert}。")
        row.subject, row.doubt = str(expert), self._doubt(row, named)
        given, specialties = self._given(row, expert)
        row.doubt = row.doubt or self._sampled(row, expert)
        row.doubt = row.doubt or self._over(given) or self._gone(given)
        moves = "new_employer" in row.values
        if fault := self.units.fault(row) or (self.units.unclear(row) if moves else None):
            return fault
        if not (given or row.changes):
            if row.left:  # what would change him is what cannot be read
                unread = row.left.pop(0)
                row.words = [one for one in row.words if one != (unread.code, unread.word)]
                return unread
            also = self._also_called(row, expert)
            if hidden := "、".join(self._unread(row.values, expert)):
                return Fault("", UNREAD, f"{UNREAD_TOLD.format(hidden)}{also}")
            return Fault("", "没有变化", f"与库中的档案相同。{also}")
        if len(self.rows) >= MOST:
            return Fault("", OVER, f"一次最多更新 {MOST} 位，请分批导入。")
        changed = copy(expert)  # what is refused is not what the next row compares with
        changed.extra = dict(expert.extra)
        fault = (
            self._refused_of(row, named, self._refused(changed, given))
            or next(iter(self.misfits.new_in(changed, expert)), None)
            or self._doubled(row, changed, given)
            or self._another(expert, changed, given)
        )
        if fault is None:
            row.changes[:0] = self._changes(expert, changed)
            self._note_row(expert, row)
            row.values |= {"expert": expert, "given": given, "specialty_rows": specialties}
        return fault

    def _given(self, row: Row, expert: Expert) -> tuple[dict[str, Any], list[Specialty] | None]:
        """Return what a row gives otherwise than the record has it; note as a change what the record
        does not hold itself (`_changes` tells of the rest)."""
        values, given = row.values | _parts(row.values.get("term_end_date")), dict[str, Any]()
        for code, declared in self.declared.items():
            value = values.get(code)
            # What is found by words comes below; a record stays of its kind.
            if (
                value in ("", None)
                or not declared.write
                or code in ("division", "department", "kind")
            ):
                continue
            if code in self.hidden:
                told = "您看不到全文，这一项不更新。"
                row.notes.append(Note(declared.label, CHECK, "", told, in_place=False))
                continue
            if code == "birth":
                if expert.birth_date and value.fits(expert.birth_date):
                    continue
                value = value.as_date()
            if declared.word_of(expert) != declared.kind.word(value):
                given[declared.code] = value
        term = row.values.get("term_end_date")
        if isinstance(term, Term) and term.end is None and expert.term_end_date:
            # The one empty value that a list writes out.
            given["term_end_date"] = None
        if isinstance(term, TermYears):
            row.notes.append(Note("聘期至", CHECK, term.typed, NO_END))
        self._give_level(row, expert, given)
        self._place(row, expert, given)
        return given, self._specialties(row, expert)

    def _unread(self, values: dict[str, Any], expert: Expert) -> list[str]:
        """Return what a row gives of what the user does not see plain (labels), otherwise than he sees it: a list that
        was exported has it as he does."""
        given = (
            (self.declared[code], values.get(code)) for code in self.declared if code in self.hidden
        )
        return [
            one.label
            for one, value in given
            if value
            and one.guard
            and show(self.actor, one.guard.code, one.word_of(expert)) != value
        ]

    def _give_level(self, row: Row, expert: Expert, given: dict[str, Any]) -> None:
        """Let another title have its level, where the row gives none."""
        if "title" not in given or "title_level" in given:
            return
        # What is in no list of ours has no level that anybody knows: an empty cell changes nothing.
        if level := self.title_levels.get(given["title"], 0):
            given["title_level"] = level
        elif expert.title_level:
            now = TitleLevel(expert.title_level).label
            row.notes.append(Note("职称级别", CHECK, given["title"], KEPT_LEVEL.format(now)))

    def _place(self, row: Row, expert: Expert, given: dict[str, Any]) -> None:
        """Note another division, another department and another employer."""
        division = self._found(row, "division", self.divisions)
        if division and division != expert.division_id:
            given["division"] = Division.objects.get(pk=division)
        department = self._found(row, "department", self.departments)
        if department and department != expert.department_id:
            given["department"] = Department.objects.get(pk=department)
        (employer, uscc), held = employer_of(row.values), expert.employer
        unit = self.units.unit_of(row)
        # Of several units of one name a bare one means the unit that he has.
        is_held = held is not None and (unit == held or (not uscc and is_called(held, employer)))
        if unit is not None and not is_held:
            # It is found once more, or entered, when the change is made.
            before, after = held.name if held else "", unit.name
            after = f"{after}（{unit.uscc}）" if after == before else after
            row.changes.append(Change("工作单位", before, after, "employer"))
            row.values["new_employer"] = (employer, uscc)
            self.units.warn(row)

    def _found(self, row: Row, code: str, names: DivisionNames | DepartmentNames) -> Any:
        """Return what a cell names, None where it names nothing of ours: as in an import, the rest of the row
        is taken."""
        try:
            return names.find(row.values.get(code) or "")
        except CellRefused as error:
            row.left.append(self.refusal(error))
            row.words.append((error.code, error.word))
            return None

    def _also_called(self, row: Row, expert: Expert) -> str:
        """Say of an employer that seems to differ why it is the one that he has."""
        (employer, _), held = employer_of(row.values), expert.employer
        if held is None or not employer or is_called(held, employer):
            return ""
        return f"单位库里“{employer}”就是“{held}”；是另一家的，请先在单位库核对它的别名和代码。"

    def _specialties(self, row: Row, expert: Expert) -> list[Specialty] | None:
        ids, refusals = self.specialties.find_good(row.values.get("specialties") or "")
        if refusals:  # all of them stay: those that are none may be what he has
            for error in refusals:
                row.left.append(self.refusal(error))
                row.words.append((error.code, error.word))
            return None
        held = list(expert.specialties.all())
        if not ids or set(ids) == {one.pk for one in held}:
            return None
        new = list(Specialty.objects.filter(pk__in=ids))
        row.changes.append(
            Change("评审专业", "、".join(map(str, held)), "、".join(map(str, new)), "specialties")
        )
        return new

    def _changes(self, expert: Expert, changed: Expert) -> list[Change]:
        """Return what will differ in the record: what a row gives, and what follows from it."""
        before, after = EXPERT.version_of(expert), EXPERT.version_of(changed)
        labels, without = EXPERT.labels(self.actor), {"term_end_date": "长期"}
        return [
            Change(labels[code], before[code], after[code] or without.get(code, ""), code)
            for code in EXPERT.differences(before, after)
            if code in labels
        ]

    def _refused(self, expert: Expert, given: dict[str, Any]) -> Fault | None:
        """Put what is given into ``expert``, and return what the form would refuse."""
        errors = refusals_of(
            expert=expert,
            values=given,
            actor=self.actor,
            now=self.now,
        )
        for name, error in errors.items():
            columns = ((code, one.label) for code, one in self.declared.items() if one.code == name)
            code, label = next(columns, ("", name))
            return Fault(label, f"{label}不能这样改", "".join(_messages(error)), code=code)
        return None

    def _doubled(self, row: Row, changed: Expert, given: dict[str, Any]) -> Fault | None:
        """Return what this row gives that a row before gives somebody else already."""
        new = [(code, getattr(changed, f"{code}_index")) for code in UNIQUE if given.get(code)]
        for code, index in new:
            if first := self.numbers.get((code, index)):
                told = f"与第 {first} 行相同，只能属于一个人。"
                return self.fault(code, f"{UNIQUE[code]}重复", told)
        if not self._is_open(row):
            self.numbers.update(dict.fromkeys(new, row.number))
        return None

    def _is_open(self, row: Row) -> bool:
        """Tell whether nobody has chosen yet that a row is this expert's: it keeps no other row from him."""
        return self.previews and bool(row.doubt)

    def _note_row(self, expert: Expert, row: Row) -> None:
        if (old := row.values.get("number")) in self.merged:
            told = f"这份档案已并入 {expert.number}，更新的是保留的档案。"
            note = Note(NUMBER.header, CHECK, old, told, is_pressing=True, in_place=False)
            row.notes.append(note)
        if first := self.doubted.get(expert.pk):
            told = f"第 {first} 行也指{expert}：两行只能更新一行，请核对后只勾选其中一行。"
            row.notes.append(Note("整行", CHECK, f"第 {row.number} 行", told, is_pressing=True))
        if self._is_open(row):
            self.doubted.setdefault(expert.pk, row.number)
        else:
            self.rows[expert.pk] = row.number

    def _another(self, expert: Expert, changed: Expert, given: dict[str, Any]) -> Fault | None:
        """Return that the row would make another person of him: that is nobody's alone to do."""
        if not given.keys() & LABELS.keys():
            return None
        before = EXPERT.version_of(expert)
        try:
            refuse_another(changed, before, via=ChangeVia.IMPORT, actor=self.actor, now=self.now)
        except AnotherPerson as found:
            return Fault("", "须由他人核准", f"{found}请在专家信息页修改，提交核准。")
        return None

    # --- done ---------------------------------------------------------------------------------

    def forget(self, rows: Sequence[Row]) -> None:
        numbers = {row.number for row in rows}
        self.numbers = {key: row for key, row in self.numbers.items() if row not in numbers}
        for row in rows:
            row.changes.clear()
            if (expert := row.values.get("expert")) is not None:
                self.rows.pop(expert.pk, None)

    def save(self, rows: Sequence[Row]) -> None:
        for row in rows:
            try:
                self._update(row.values)
            except (ValidationError, ExpertRefused) as error:  # meanwhile; the others go on
                row.faults.append(Fault("", "没有更新", "".join(_messages(error))))

    @transaction.atomic
    def _update(self, values: dict[str, Any]) -> None:
        given = values["given"]
        if "new_employer" in values:
            name, uscc = values["new_employer"]
            given = given | {"employer": resolve_unit(name=name, uscc=uscc)}
        update_expert(
            expert=values["expert"],
            values=given,
            specialties=values["specialty_rows"],
            actor=self.actor,
            now=self.now,
            via=ChangeVia.IMPORT,
            note=f"批量更新：{self.file_name}",
        )

    def finish(self, totals: Totals, *, file_name: str) -> None:
        record(
            "expert.import",
            actor=self.actor,
            now=self.now,
            after=totals.told("更新"),
            note=file_name,
        )
        if totals.accepted:
            defer("experts.pack_imported")


def _parts(term: Any) -> dict[str, Any]:
    """Return beginning and end of a term that stands in one cell."""
    if isinstance(term, TermYears):  # until when, it does not say
        return {"term_end_date": None}
    if not isinstance(term, Term):
        return {}
    start = {"term_start_date": term.start} if term.start else {}
    return start | {"term_end_date": term.end}


def _flat(name: str) -> str:
    return "".join(name.split()).casefold()


def _messages(error: Any) -> list[str]:
    return list(error.messages) if isinstance(error, ValidationError) else [str(error)]
