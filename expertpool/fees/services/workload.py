"""Workload from a table: who reviewed how long, for projects whose review is over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from expertpool.audit.services import record
from expertpool.core.importing import (
    CHECK,
    Fault,
    ImportColumn,
    Importer,
    Note,
    Row,
    Totals,
    as_code,
    choice,
    flag,
    text,
    whole_number,
)
from expertpool.core.text import as_name
from expertpool.core.workdays import is_public_holiday
from expertpool.draws.queries.panel import PanelMember, who_sat, who_was_sent_home
from expertpool.experts.models import Expert
from expertpool.fees.enums import TIMED, FeeOutcome
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import ITEMS, MINUTES, FeeLine, FeeRate
from expertpool.fees.permissions import ENTER
from expertpool.fees.queries.lines import fees_in, may_enter, projects_to_pay
from expertpool.fees.queries.rates import best_of, rates_for
from expertpool.fees.queries.workload import (
    SentHome,
    Workload,
    leads_panel,
    sent_home_of,
    workload_of,
)
from expertpool.fees.rules.days import DaysRefused, read_days
from expertpool.fees.rules.pay import fee_for
from expertpool.fees.services.lines import Entry, enter_fees, fault_of_sent_home
from expertpool.fees.services.times import fault_of_time
from expertpool.fees.services.workload_cells import (
    clock,
    clock_word,
    hours,
    outcome_word,
    yes_or_no,
    yuan,
)
from expertpool.projects.models import Project

# At which column a time is wrong.
COLUMNS = {
    "started_at": "start",
    "ended_at": "end",
    "break_minutes": "pause",
    "days": "days",
    "note": "note",
}
OUTCOMES = {str(one.label): one for one in FeeOutcome}


class WorkloadImporter(Importer):
    """Enters the fees of many projects at once, by rows of who reviewed how long; as often as one likes until letters are sent."""

    code = "fee-workload"
    label = "评审工作量"
    permission = ENTER
    named_by = "name"
    columns = (
        ImportColumn(
            "project",
            "项目编号",
            as_code,
            aliases=("采购编号", "招标编号"),
            required=True,
            sample="ZC-2026-0117",
        ),
        ImportColumn(
            "number",
            "专家编号",
            as_code,
            aliases=("编号", "专家代码"),
            help="编号和姓名至少填一项；同一项目里有同名的填编号。",
            sample="ZJ2026000001",
        ),
        ImportColumn("name", "专家姓名", text(100), aliases=("姓名", "专家"), sample="王建国"),
        ImportColumn(
            "outcome",
            "评审情况",
            choice(OUTCOMES),
            choices=tuple(OUTCOMES),
            word=outcome_word,
            help="不填的是「完成评审」；还没有提交评审结果的必须填写。",
            sample="完成评审",
        ),
        ImportColumn(
            "start",
            "开始时间",
            clock,
            aliases=("签到时间", "评审开始"),
            sample="09:00",
            width=18,
            word=clock_word,
        ),
        ImportColumn(
            "end",
            "结束时间",
            clock,
            aliases=("签退时间", "评审结束"),
            sample="12:30",
            width=18,
            word=clock_word,
        ),
        ImportColumn(
            "hours",
            "时长（小时）",
            hours,
            aliases=("时长", "工作时长", "评审时长", "小时", "工作量"),
            help="没有起止时间的填这一列，从项目的评审开始时间算起。",
        ),
        ImportColumn(
            "pause",
            "休息用餐（分钟）",
            whole_number(MINUTES.low, MINUTES.high, "分钟"),
            aliases=("休息", "休息时间", "用餐休息"),
            sample="30",
        ),
        ImportColumn(
            "days",
            "按天的时间",
            text(900, lines=True),
            aliases=("逐日时间", "每天时间"),
            help="评审跨天的填写，几天用分号隔开；填了的不用填起止时间和时长。",
            sample="11-29 09:30-17:30 休息60；11-30 09:00-12:00",
            width=30,
        ),
        ImportColumn(
            "items",
            "评审对象（件）",
            whole_number(ITEMS.low, ITEMS.high, "件"),
            aliases=("件数", "评审件数", "评审数量"),
            help="标准里写了按件付的才计酬。",
        ),
        ImportColumn(
            "holiday",
            "法定节假日",
            flag,
            aliases=("节假日",),
            choices=("是", "否"),
            word=yes_or_no,
            help="不填的按日历。",
        ),
        ImportColumn(
            "leader",
            "组长",
            flag,
            aliases=("是否组长",),
            choices=("是", "否"),
            word=yes_or_no,
            help="不填的按名单。",
        ),
        ImportColumn(
            "rate",
            "劳务费标准",
            text(60),
            aliases=("标准", "标准名称", "劳务费标准名称"),
            help="评审当天有几个标准可用的，必须写明是哪一个；只有一个的可以不填。",
        ),
        ImportColumn("other", "其他补助（元）", yuan, aliases=("补助", "其他补助")),
        ImportColumn(
            "travel",
            "差旅（元）",
            yuan,
            aliases=("差旅", "差旅费", "交通费"),
            help="凭票据，不计税；导入后在各人的劳务费里上传票据。",
        ),
        ImportColumn("note", "说明", text(200), aliases=("备注",)),
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.projects: dict[str, Project | None] = {}
        self.people: dict[int, list[tuple[PanelMember, Expert]]] = {}
        self.worked: dict[int, dict[int, Workload]] = {}
        self.rates: dict[int, list[FeeRate]] = {}
        self.home: dict[int, dict[int, SentHome]] = {}
        self.known: dict[int, dict[int, FeeLine]] = {}
        self.rows_said: dict[tuple[int, int], int] = {}

    def prepare(self, rows: Sequence[Row]) -> None:
        wanted = {row.values.get("project", "") for row in rows} - self.projects.keys()
        found = projects_to_pay(self.actor, now=self.now).filter(number__in=wanted)
        by_number = {one.number: one for one in found}
        for number in wanted:
            project = by_number.get(number)
            # The list tells which are over; who may read all of their names, only this.
            if project is not None and not may_enter(self.actor, project, now=self.now):
                # As if there were none: the row must not tell that a project of another has been reviewed.
                project = None
            self.projects[number] = project
            if project is not None:
                self._load(project)

    def _load(self, project: Project) -> None:
        sat = [*who_sat(project).values(), *who_was_sent_home(project).values()]
        self.home[project.pk] = sent_home_of(project)
        experts = Expert.objects.in_bulk([one.expert_id for one in sat if one.expert_id])
        self.people[project.pk] = [
            (one, experts[one.expert_id]) for one in sat if one.expert_id in experts
        ]
        self.worked[project.pk] = workload_of(project)
        self.rates[project.pk] = rates_for(project)
        self.known[project.pk] = fees_in(project)

    def validate(self, row: Row) -> Fault | None:
        project = self.projects.get(row.values["project"])
        if project is None:
            return self.fault(
                "project",
                "项目不能登记",
                "没有此编号的项目、评审没有结束、名单没有公开，或您无权查看名单。",
            )
        if not self.rates[project.pk]:
            return self.fault("project", "没有可用的标准", "评审当天没有施行的劳务费标准。")
        member = self._member(row, project)
        if isinstance(member, Fault):
            return member
        line = self.known[project.pk].get(member.invitation_id)
        if line is not None and line.sent_at:
            return self.fault("name", "确认函已发送", "不能再改；有误的请先冲销。")
        key = project.pk, member.invitation_id
        if key in self.rows_said:
            return self.fault("name", "重复", f"与第 {self.rows_said[key]} 行是同一人。")
        entry = self._entry(row, project, member)
        if isinstance(entry, Fault):
            return entry
        home = self.home[project.pk].get(member.invitation_id)
        if home and (wrong := fault_of_sent_home(home, entry)):
            return self.fault(wrong[0], "没有评到最后", wrong[1])
        rate = self._rate(row, project)
        if isinstance(rate, Fault):
            return rate
        if rate.travel_cap is not None and entry.travel > rate.travel_cap:
            return self.fault("travel", "差旅超过上限", f"{rate} 最多 {rate.travel_cap:.2f} 元。")
        self.rows_said[key] = row.number
        row.values |= {"key": key, "entry": entry, "by": rate}
        self._tell_sum(row, entry, rate)
        return None

    def _rate(self, row: Row, project: Project) -> FeeRate | Fault:
        """Return the rate by which a row is paid: the one that it names, else the only one that can be meant."""
        rates = self.rates[project.pk]
        names = "、".join(one.name for one in rates)
        if said := row.values.get("rate", ""):
            found = next((one for one in rates if said in (one.name, str(one))), None)
            return found or self.fault("rate", "标准不能用", f"评审当天可用的：{names}。")
        # One review, one rate, unless somebody chose; then those that hold most narrowly.
        used = {one.rate for one in self.known[project.pk].values() if one.rate in rates}
        meant = list(used) or best_of(rates)
        if len(meant) == 1:
            return meant[0]
        told = f"有几个可用，请在「劳务费标准」一列写明是哪一个：{names}。"
        return self.fault("rate", "标准不明确", told)

    def _tell_sum(self, row: Row, entry: Entry, rate: FeeRate) -> None:
        """Show before it is saved what it comes to, by which rate."""
        line = FeeLine()
        entry.fill(line)
        total = fee_for(rate.terms, line.labour).total
        row.values["sum"] = total
        was = f"{rate}，{line.minutes} 分钟" if entry.outcome in TIMED else str(rate)
        row.notes.append(Note("应发（元）", CHECK, was, f"{total:.2f}", is_pressing=True))

    def shown(self, row: Row) -> dict[str, str]:
        found = super().shown(row)
        if "by" in row.values:
            found |= {"劳务费标准": str(row.values["by"]), "应发（元）": f"{row.values['sum']:.2f}"}
        return found

    def _member(self, row: Row, project: Project) -> PanelMember | Fault:
        number = row.values.get("number", "").upper()
        name = as_name(row.values.get("name", ""))
        if not number and not name:
            return self.fault("name", "专家为空", "请填写专家编号或姓名。")
        found = [
            member
            for member, expert in self.people[project.pk]
            if (not number or expert.number == number) and (not name or expert.name == name)
        ]
        if len(found) > 1:
            return self.fault("number", "专家不唯一", "这次评审有同名的专家，请填写编号。")
        if not found:
            return self.fault("name", "没有参加评审", "编号、姓名与参加这次评审的专家都不符。")
        return found[0]

    def _entry(self, row: Row, project: Project, member: PanelMember) -> Entry | Fault:
        said = row.values
        worked = self.worked[project.pk].get(member.invitation_id)
        home = self.home[project.pk].get(member.invitation_id)
        missing = home.words if home else worked.missing if worked else ""
        if missing and not said.get("outcome"):
            return self.fault("outcome", "评审情况为空", f"{missing}，请核实后写明评审情况。")
        outcome = FeeOutcome(said.get("outcome") or FeeOutcome.COMPLETED)
        start, end = self._at(said.get("start"), project), self._at(said.get("end"), project)
        # An end that is given counts more than hours that are.
        if (took := said.get("hours")) and end is None:
            start = start or project.opening_at
            end = start + timedelta(minutes=int(took * 60))
        pause = said.get("pause") or 0
        try:
            days = read_days(said.get("days") or "", near=project.opening_at)
        except DaysRefused as refusal:
            return self.fault("days", "按天的时间格式", str(refusal))
        if days:
            start, end = days[0].started_at, days[-1].ended_at
        if outcome in TIMED:
            wrong = fault_of_time(
                project,
                started_at=start,
                ended_at=end,
                break_minutes=pause,
                note=said.get("note", ""),
                now=self.now,
                days=days,
            )
            if wrong:
                return self.fault(COLUMNS[wrong.field], wrong.short, wrong.text)
        holiday, leader = said.get("holiday"), said.get("leader")
        day = timezone.localdate(project.opening_at)
        return Entry(
            outcome,
            start,
            end,
            break_minutes=pause,
            # What is typed counts: calendars of an office have days of their own.
            is_holiday=is_public_holiday(day) if holiday in (None, "") else holiday,
            is_leader=leads_panel(member, worked) if leader in (None, "") else leader,
            items=said.get("items") or 0,
            other=said.get("other") or Decimal(0),
            travel=said.get("travel") or Decimal(0),
            note=said.get("note", ""),
            days=days,
        )

    def _at(self, said: Any, project: Project) -> datetime | None:
        if isinstance(said, int):
            day = timezone.localtime(project.opening_at)
            return day.replace(hour=said // 60, minute=said % 60, second=0, microsecond=0)
        return said if isinstance(said, datetime) else None

    def forget(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.rows_said.pop(row.values.get("key", (0, 0)), None)

    def save(self, rows: Sequence[Row]) -> None:
        by_project: dict[tuple[int, FeeRate], dict[int, Entry]] = {}
        for row in rows:
            project, line = row.values["key"]
            some = by_project.setdefault((project, row.values["by"]), {})
            some[line] = row.values["entry"]
        kept = {one.pk: one for one in self.projects.values() if one is not None}
        for (pk, rate), entries in by_project.items():
            try:
                enter_fees(
                    project=kept[pk], rate=rate, entries=entries, actor=self.actor, now=self.now
                )
            except FeeRefused as refusal:  # meanwhile: the rows are checked once more
                self._load(kept[pk])
                raise IntegrityError(str(refusal)) from refusal

    def finish(self, totals: Totals, *, file_name: str) -> None:
        record(
            "fee.import", actor=self.actor, now=self.now, after=totals.told("导入"), note=file_name
        )
