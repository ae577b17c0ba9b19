"""All experts of a project in one form, a hand on the glass, and why a fee is taken back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone

from expertpool.core.codes import DIGITS
from expertpool.core.strokes import SignatureField
from expertpool.core.views.digits import DigitsField
from expertpool.core.views.filters import keyword_field
from expertpool.core.views.listing import FilterForm
from expertpool.core.workdays import is_public_holiday
from expertpool.draws.queries.panel import PanelMember
from expertpool.draws.services.names import NamedRow
from expertpool.experts.models import Expert
from expertpool.experts.queries.search import search
from expertpool.fees.enums import SENT_HOME, TIMED, FeeOutcome
from expertpool.fees.models import ITEMS, MINUTES, OTHER, FeeLine, FeeRate
from expertpool.fees.queries.rates import best_of
from expertpool.fees.queries.workload import SentHome, Workload, leads_panel
from expertpool.fees.rules.days import DaysRefused, Stretch, days_text, needs_days, read_days
from expertpool.fees.services.lines import Entry, fault_of_sent_home
from expertpool.fees.services.times import fault_of_time
from expertpool.projects.models import Project

NAMES = (
    *("outcome", "started_at", "ended_at", "break_minutes", "items"),
    *("is_holiday", "is_leader", "other", "agreed_net", "travel", "note", "days"),
)


@dataclass(frozen=True)
class Part:
    """One expert in the form: his fields, or the fee that he was sent; ``missing`` as `Workload` has it; ``came_in``: for another,
    and when is not told yet."""

    row: NamedRow
    fields: list[BoundField]
    line: FeeLine | None
    missing: str
    home: SentHome | None = None
    came_in: bool = False


class PanelFeesForm(forms.Form):
    """The fees of a panel: one part for each of ``people`` to whom none was sent."""

    rate = forms.ModelChoiceField(FeeRate.objects.none(), label="劳务费标准", empty_label=None)

    def __init__(
        self,
        data: Any = None,
        *,
        project: Project,
        people: Sequence[tuple[PanelMember, NamedRow]],
        known: Mapping[int, FeeLine],
        rates: Sequence[FeeRate],
        worked: Mapping[int, Workload],
        home: Mapping[int, SentHome],
        now: datetime,
    ) -> None:
        """``worked``: what is proposed, by the line of each expert; ``home``: who was sent home."""
        super().__init__(data)
        self.home = home
        self.project, self.now = project, now
        self.people, self.known, self.worked = people, known, worked
        # Where nothing is paid by the item nobody is asked how many there were.
        self.names = [one for one in NAMES if one != "items" or any(row.each for row in rates)]
        rate: Any = self.fields["rate"]
        rate.queryset = FeeRate.objects.filter(pk__in=[one.pk for one in rates])
        used = next((one.rate for one in known.values() if one.rate in rates), None)
        best = best_of(rates)
        self.initial["rate"] = used or (best[0] if len(best) == 1 else None)
        if self.initial["rate"] is None:
            # Of several that hold alike whoever enters says which is meant.
            rate.empty_label = "请选择"
        for member, _ in self.open:
            line = known.get(member.invitation_id)
            usual = _usual(project, member, worked.get(member.invitation_id))
            fields = _fields()
            if line is None and self._missing(member):
                # By law who has not finished is not paid: whoever says that he has, says so himself.
                fields["outcome"] = _outcome(("", "请选择"))
            if member.invitation_id in home:
                fields["outcome"] = _home_outcome(is_entered=line is not None)
                # He is paid for having come; nothing is proposed of it.
                usual = {}
            for name in self._names(member):
                key = _name(member, name)
                self.fields[key] = fields[name]
                self.initial[key] = _standing(line, name) if line else usual.get(name)

    @property
    def open(self) -> list[tuple[PanelMember, NamedRow]]:
        """Those whose fee can be entered."""
        sent = {pk for pk, line in self.known.items() if line.sent_at}
        return [one for one in self.people if one[0].invitation_id not in sent]

    @property
    def parts(self) -> Iterator[Part]:
        for member, row in self.people:
            line = self.known.get(member.invitation_id)
            is_sent = line is not None and line.sent_at is not None
            fields = [] if is_sent else [self[_name(member, one)] for one in self._names(member)]
            home = self.home.get(member.invitation_id)
            came_in = line is None and _is_untold(self.worked.get(member.invitation_id))
            yield Part(row, fields, line, "" if is_sent else self._missing(member), home, came_in)

    def _names(self, member: PanelMember) -> list[str]:
        return [*_OF_HOME] if member.invitation_id in self.home else self.names

    def _missing(self, member: PanelMember) -> str:
        worked = self.worked.get(member.invitation_id)
        return worked.missing if worked else ""

    def clean(self) -> dict[str, Any]:
        for member, _ in self.open:
            outcome = self.cleaned_data.get(_name(member, "outcome"))
            if outcome in TIMED:
                self._clean_time(member)
            elif outcome and (home := self.home.get(member.invitation_id)):
                note = self.cleaned_data.get(_name(member, "note")) or ""
                if wrong := fault_of_sent_home(home, Entry(FeeOutcome(outcome), note=note)):
                    self.add_error(_name(member, wrong[0]), wrong[1])
        return self.cleaned_data

    def _clean_time(self, member: PanelMember) -> None:
        """Say at the input what the service would say above the form."""
        if (days := _name(member, "days")) in self.errors:
            return
        said = self._read_days(days)
        times = {one: _name(member, one) for one in ("started_at", "ended_at")}
        if said:
            self.cleaned_data |= {
                times["started_at"]: said[0].started_at,
                times["ended_at"]: said[-1].ended_at,
            }
        missing = [key for key in times.values() if not self.cleaned_data.get(key)]
        for key in missing:
            if key not in self.errors:
                self.add_error(key, "请填写。")
        if missing:
            return
        wrong = fault_of_time(
            self.project,
            **{name: self.cleaned_data[key] for name, key in times.items()},
            break_minutes=self.cleaned_data.get(_name(member, "break_minutes")) or 0,
            note=self.cleaned_data.get(_name(member, "note")) or "",
            now=self.now,
            days=said,
        )
        if wrong:
            # Times are not asked for where days are said: then it is one of those that is wrong.
            field = "days" if said and wrong.field != "note" else wrong.field
            self.add_error(_name(member, field), wrong.text)

    def _read_days(self, key: str) -> tuple[Stretch, ...]:
        try:
            said = read_days(self.cleaned_data.get(key) or "", near=self.project.opening_at)
        except DaysRefused as refusal:
            self.add_error(key, ValidationError(str(refusal)))
            return ()
        self.cleaned_data[key] = said
        return said

    @property
    def entries(self) -> dict[int, Entry]:
        """What was filled in, by the line of each expert."""
        said = self.cleaned_data
        return {
            member.invitation_id: Entry(
                **{
                    name: said[_name(member, name)]
                    for name in self._names(member)
                    if name not in _SAID
                }
                | {"outcome": FeeOutcome(said[_name(member, "outcome")])}
                | {name: said.get(_name(member, name)) or 0 for name in _NONE}
                | {"days": said.get(_name(member, "days")) or ()}
            )
            for member, _ in self.open
            # Of whom nothing was said that he came, of him nothing is entered.
            if said.get(_name(member, "outcome"))
        }


_NONE = ("break_minutes", "items", "other", "agreed_net", "travel")
_SAID = (*_NONE, "days")
_OF_HOME = ("outcome", "other", "travel", "note")
_TIMES = ("started_at", "ended_at", "break_minutes")


def _standing(line: FeeLine, name: str) -> Any:
    """Return what stands of a fee as it is typed: of one by the day the days alone."""
    if name == "days":
        return days_text(line.stretches)
    return None if line.days and name in _TIMES else getattr(line, name)


def _outcome(*first: tuple[str, str]) -> forms.ChoiceField:
    said = {"required": "请选择评审情况。"}
    choices = [*first, *FeeOutcome.choices]
    return forms.ChoiceField(label="评审情况", choices=choices, error_messages=said)


def _home_outcome(*, is_entered: bool) -> forms.ChoiceField:
    # What was entered stays entered: it may be made one that nothing is paid for.
    first = [] if is_entered else [("", "没有到场，不登记")]
    choices = [*first, *((one.value, str(one.label)) for one in SENT_HOME)]
    return forms.ChoiceField(label="评审情况", choices=choices, required=False)


def _fields() -> dict[str, forms.Field]:
    return {
        "outcome": _outcome(),
        "started_at": forms.DateTimeField(label="开始时间", required=False),
        "ended_at": forms.DateTimeField(label="结束时间", required=False),
        "break_minutes": MINUTES.number(label="休息用餐（分钟）", required=False),
        "items": ITEMS.number(label="评审对象（件）", required=False),
        "days": forms.CharField(
            label="按天的时间",
            max_length=900,
            required=False,
            widget=forms.Textarea({"rows": 2}),
            help_text="评审跨天的填写，一天一行，如 11-29 09:30-17:30 休息60；填了的不用填起止时间。",
        ),
        "is_holiday": forms.BooleanField(label="法定节假日", required=False),
        "is_leader": forms.BooleanField(label="组长", required=False),
        "other": forms.DecimalField(
            label="其他补助（元）",
            min_value=OTHER.low,
            max_value=OTHER.high,
            decimal_places=2,
            required=False,
            error_messages=OTHER.messages,
        ),
        "agreed_net": forms.DecimalField(
            label="协商实得（元）",
            min_value=OTHER.low,
            max_value=OTHER.high,
            decimal_places=2,
            required=False,
            error_messages=OTHER.messages,
            help_text="与专家商定税后金额的填写，还原为税前；填了的不按标准计算，在「说明」里写依据。",
        ),
        "travel": forms.DecimalField(
            label="差旅（元）",
            min_value=OTHER.low,
            max_value=OTHER.high,
            decimal_places=2,
            required=False,
            error_messages=OTHER.messages,
            help_text="凭票据，不计税；保存后点开金额上传票据。",
        ),
        "note": forms.CharField(label="说明", max_length=200, required=False),
    }


def _usual(project: Project, member: PanelMember, worked: Workload | None) -> dict[str, Any]:
    """What is proposed: from when he came until he had submitted, as far as that is known and told; else the times of the
    project."""
    start = (worked and worked.started_at) or project.opening_at
    end = (worked and worked.ended_at) or project.closing_at
    # Of which day how much was, nobody has told us.
    times = {} if needs_days(start, end) else {"started_at": start, "ended_at": end}
    if _is_untold(worked):
        # Not since the opening, of which he was paid what he has not done.
        times.pop("started_at", None)
    return times | {
        "is_holiday": is_public_holiday(timezone.localdate(project.opening_at)),
        "is_leader": leads_panel(member, worked),
        "break_minutes": 0,
        "items": worked.items if worked else 0,
    }


def _is_untold(worked: Workload | None) -> bool:
    """Tell whether he came in for another, and since when is not told yet."""
    return worked is not None and worked.came_in and worked.started_at is None


def _name(member: PanelMember, field: str) -> str:
    return f"e{member.invitation_id}_{field}"


class SignForm(forms.Form):
    """What the glass gives: the strokes, and which letter stood above them."""

    signature = SignatureField()
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    code = DigitsField(DIGITS, label="验证码", required=False)


class ReverseForm(forms.Form):
    reason = forms.CharField(label="冲销原因", max_length=200, min_length=2)


class PayVoidForm(forms.Form):
    reason = forms.CharField(
        label="照付的原因",
        max_length=200,
        min_length=2,
        help_text="例如「作废前已到场评审完毕」。复核付款批次的人会看到。不付的，请冲销。",
    )


class FeeFilter(FilterForm):
    q = keyword_field("专家姓名、编号或单位")
    project = forms.CharField(label="项目名称或编号", max_length=100)
    since = forms.DateField(label="发送从")
    until = forms.DateField(label="发送到")

    def __init__(self, data: Any = None, *, user: Any) -> None:
        super().__init__(data)
        self.user = user

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            rows = rows.filter(expert__in=search(Expert.objects.all(), text, self.user))
        if text := self.value("project"):
            named = rows.filter(project__name__icontains=text)
            rows = named | rows.filter(project__number__icontains=text)
        if since := self.value("since"):
            rows = rows.filter(sent_at__date__gte=since)
        if until := self.value("until"):
            rows = rows.filter(sent_at__date__lte=until)
        return rows


class ToPayFilter(FilterForm):
    q = keyword_field("项目名称或编号")

    def narrow(self, rows: Any) -> Any:
        if text := self.value("q"):
            rows = rows.filter(name__icontains=text) | rows.filter(number__icontains=text)
        return rows
