"""Import of projects from a table: each row is filed as its applicant would file it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db import IntegrityError

from expertpool.accounts.queries import departments_by_name
from expertpool.audit.services import record
from expertpool.core.importing import Fault, ImportColumn, Importer, Row, Totals
from expertpool.core.subjects.importing import Misfits
from expertpool.directory.enums import DictionaryCode
from expertpool.directory.models import Unit
from expertpool.directory.queries import (
    codes_of_each,
    dictionary_names,
    is_code_of,
    near_text,
    normalise_unit_name,
)
from expertpool.directory.services.units import foresee_units, resolve_unit
from expertpool.projects.enums import AvoidanceSubject, PersonRole
from expertpool.projects.exceptions import NumberTaken
from expertpool.projects.fields import PROJECT
from expertpool.projects.models import Project
from expertpool.projects.queries import departments_for_filing
from expertpool.projects.queries.persons import why_not_number
from expertpool.projects.services.application import (
    FARTHEST,
    TOO_FAR,
    create_project,
    submit_project,
)
from expertpool.projects.services.avoidance import AvoidanceData, add_avoidance
from expertpool.projects.validators import written

DRAFT, SUBMITTED = "draft", "pending"
LOOKED_AT = 200  # unknown purchasers of one table for which near ones are looked up: of each the database asks all units
ANOTHER_CODE = "请核对代码，或清空这一格；确是另一家同名的，请先由管理单位库的人登记。"


Purchaser = tuple[str, str]  # name, USCC; both may be empty

# In which column stand people who wrote or examined the documents, and as what.
PEOPLE = {"authors": PersonRole.AUTHOR, "reviewers": PersonRole.REVIEWER}


class ProjectImporter(Importer):
    """Takes projects from a table, as drafts of whoever imports them, or handed in at once."""

    code = "projects"
    label = "项目"
    permission = "projects.add"
    option_fields = {
        "status": forms.ChoiceField(
            label="导入后",
            choices=[(DRAFT, "存为草稿，以后再提交审核"), (SUBMITTED, "直接提交审核")],
            initial=DRAFT,
            error_messages={"required": "请选择导入后存为草稿还是直接提交审核。"},
        ),
    }

    @classmethod
    def get_columns(cls, user: Any = None) -> Sequence[ImportColumn]:
        return PROJECT.import_columns(user)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.misfits = Misfits(PROJECT, self)
        # What a cleaner of its own reads is found by the run, and put in apart.
        declared = [one for one in PROJECT.fields() if one.imported and not one.imported.clean]
        # What he does not see is no column of his.
        declared = [one for one in declared if not one.is_extra or one.code in self.by_code]
        self.plain = [one.code for one in declared if one.write and one.code != "number"]
        self.extra = {one.code for one in declared if one.is_extra}
        self.submit = self.options.get("status") == SUBMITTED
        self.kinds = set(dictionary_names(DictionaryCode.PROJECT_KIND))
        self.departments = departments_by_name(departments_for_filing(self.actor))
        self.units: dict[Purchaser, Unit | None] = {}
        self.refused: dict[Purchaser, tuple[str, str]] = {}  # purchaser → why, how to mend it
        self.left = LOOKED_AT
        self.coded: dict[str, str] = {}  # purchaser that is new, as names are compared → its code
        self.numbers: dict[str, int] = {}  # number → row of this file, or 0 for a project

    def shown(self, row: Row) -> dict[str, str]:
        named = {
            self.by_code[code].header: written(row.values[code])
            for code in PEOPLE
            if row.values.get(code)
        }
        return super().shown(row) | named

    def prepare(self, rows: Sequence[Row]) -> None:
        wanted = [row.values["number"] for row in rows if row.values.get("number")]
        # Those of an earlier chunk of this file are projects by now: they keep their row.
        held = Project.objects.filter(number__in=wanted).values_list("number", flat=True)
        self.numbers.update((number, self.numbers.get(number, 0)) for number in held)
        named = dict.fromkeys(
            _purchaser_of(row.values) for row in rows
        )  # in their order: of a new name the first code counts
        self._look_up([key for key in named if key[0] and key not in self.units | self.refused])

    def validate(self, row: Row) -> Fault | None:
        fault = self._unknown(row.values) or self._times(row.values) or self._duplicate(row)
        fault = fault or self._unlike(row.values)
        fault = fault or next(iter(self.misfits.of(row)), None)
        if fault is None and row.values.get("number"):
            self.numbers[row.values["number"]] = row.number
        return fault

    def _unknown(self, values: dict[str, Any]) -> Fault | None:
        """Find department, kind and purchaser."""
        kind = values.get("kind")
        if kind and kind not in self.kinds:
            known = "、".join(sorted(self.kinds))
            return self.fault("kind", "项目类型不存在", f"应为：{known}。")
        return self._department(values) or self._purchaser(values)

    def _department(self, values: dict[str, Any]) -> Fault | None:
        name = values.get("department", "")
        if not name:
            own = getattr(self.actor, "department", None)
            if own is None:
                return self.fault("department", "所属部门为空", "您没有所属部门，请填写这一列。")
            values["department_row"] = own
            return None
        found = self.departments.get(name, [])
        if len(found) > 1:
            return self.fault("department", "所属部门不唯一", "请写成「上级部门/部门」。")
        if not found:
            return self.fault("department", "所属部门不存在", "没有此部门，或您不能为它申请项目。")
        values["department_row"] = found[0]
        return None

    def _purchaser(self, values: dict[str, Any]) -> Fault | None:
        key = _purchaser_of(values)
        if key[1] and not key[0]:
            return self.fault("purchaser", "采购单位为空", "填了统一社会信用代码就要填单位名称。")
        why = self.refused.get(key)
        return self.fault("purchaser", *why) if why else None

    def _look_up(self, keys: Sequence[Purchaser]) -> None:
        """Find the units of purchasers, or why there is none: once for each spelling, of all rows of a chunk at once."""
        found, refused, unlike, _ = foresee_units(keys)
        new = []
        for key in keys:
            name, uscc = key
            if why := refused.get(key) or (key in unlike and is_code_of(uscc, unlike[key])):
                self.refused[key] = ("单位名称与代码不符", why)
                continue
            self.units[key] = found[key] if found[key].pk else None
            if self.units[key] is None and uscc:
                new.append(key)
            elif self.units[key] is None:
                near = near_text(name) if self.left > 0 else ""
                self.left -= 1
                mend = f"单位库里没有，{near}请核对名称，或填写统一社会信用代码后自动登记。"
                self.refused[key] = ("采购单位不存在", mend)
        for (name, uscc), known in zip(new, codes_of_each([name for name, _ in new]), strict=True):
            # Of a second unit that is called so nobody is kept away who is employed by the first, and every page would
            # say that the purchaser is avoided.
            codes = known or [self.coded.setdefault(normalise_unit_name(name), uscc)]
            if codes != [uscc]:
                mend = f"“{name}”的代码是 {'、'.join(codes)}：{ANOTHER_CODE}"
                self.refused[name, uscc] = ("单位名称与代码不符", mend)

    def _times(self, values: dict[str, Any]) -> Fault | None:
        check_in = values.get("check_in_at") or None
        if check_in and check_in > values["opening_at"]:
            return self.fault("check_in_at", "报到时间颠倒", "不能晚于评审开始时间。")
        if values["opening_at"] > self.now + FARTHEST:
            return self.fault("opening_at", "评审开始时间太远", TOO_FAR)
        if self.submit and values["opening_at"] <= self.now:
            return self.fault("opening_at", "评审开始时间已过", "请改为以后的时间，或导入为草稿。")
        return None

    def _unlike(self, values: dict[str, Any]) -> Fault | None:
        """Find who is named by a number that is nobody's."""
        for column in PEOPLE:
            for person in values.get(column) or ():
                number = person.get("expert_number")
                if number and (why := why_not_number(number, "", self.actor)):
                    return self.fault(column, "专家编号不对", why)
        return None

    def _duplicate(self, row: Row) -> Fault | None:
        first = self.numbers.get(row.values.get("number", ""))
        if first is None:
            return None
        where = f"与第 {first} 行相同。" if first else "已有项目使用该编号。"
        return self.fault("number", "项目编号重复", where)

    def forget(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.numbers.pop(row.values.get("number", ""), None)

    def save(self, rows: Sequence[Row]) -> None:
        for row in rows:
            try:
                project = create_project(
                    values=self._values(row.values),
                    actor=self.actor,
                    now=self.now,
                    is_history=not self.submit,
                )
            except NumberTaken as error:  # meanwhile: the rows are checked once more
                raise IntegrityError(str(error)) from error
            self._avoid_authors(project, row.values)
            if self.submit:
                submit_project(project=project, actor=self.actor, now=self.now)

    def _avoid_authors(self, project: Project, values: dict[str, Any]) -> None:
        for column, role in PEOPLE.items():
            for person in values.get(column) or ():
                data = AvoidanceData(AvoidanceSubject.PERSON, role=role, **person)
                add_avoidance(project=project, data=data, actor=self.actor, now=self.now)

    def _values(self, values: dict[str, Any]) -> dict[str, Any]:
        # An empty cell leaves what a new project has.
        given = {name: values[name] for name in self.plain if values.get(name) not in (None, "")}
        return given | {
            "number": values.get("number") or "",
            "department": values["department_row"],
            "purchaser": self._unit(values.get("purchaser", ""), values.get("uscc", "")),
        }

    def _unit(self, name: str, uscc: str) -> Unit | None:
        if not name:
            return None
        known = self.units[name, uscc]
        if known is None:
            # Only now: a row that is refused must leave no unit in the directory.
            known = self.units[name, uscc] = resolve_unit(name=name, uscc=uscc)
        return known

    def finish(self, totals: Totals, *, file_name: str) -> None:
        record(
            "project.import",
            actor=self.actor,
            now=self.now,
            after=totals.told("导入") | {"导入后": "待审核" if self.submit else "草稿"},
            note=file_name,
        )


def _purchaser_of(values: dict[str, Any]) -> Purchaser:
    return values.get("purchaser", ""), values.get("uscc", "")
