"""The file for the tax bureau: what each payer has withheld of what it paid in a month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.bounds import Bounds
from expertpool.core.fields import opens, readable
from expertpool.core.mandates import vouched
from expertpool.core.placeholders import Value
from expertpool.core.validators import validate_id_card
from expertpool.experts.enums import IdKind
from expertpool.experts.models import Expert
from expertpool.fees.models import FeeLine, Payment
from expertpool.fees.rules.tax import withholding
from expertpool.fees.services.letters import said_of
from expertpool.fees.services.papers import LABELS, LABOUR, TAX, fill

YEARS = Bounds(2000, 2100)


@dataclass(frozen=True)
class Taxed:
    """What one person was paid in a month by one payer, and what was withheld of it (yuan)."""

    person: Expert
    gross: Decimal
    tax: Decimal

    @cached_property
    def fault(self) -> str:
        """Why the bureau's client will refuse the line, in words; empty where nothing is wrong."""
        if not opens(self.person, "id_number"):
            return "证件号码无法读取"
        if not self.number:
            return "没有证件号码"
        if self.person.id_kind == IdKind.RESIDENT:
            try:
                validate_id_card(self.number)
            except ValidationError:
                return "身份证号码有误"
        return ""

    @cached_property
    def number(self) -> str:
        """The number of the document in full; nothing where it cannot be read."""
        return self.person.id_number if opens(self.person, "id_number") else ""

    @property
    def due(self) -> Decimal:
        """What is withheld of it by law."""
        return withholding(self.gross).tax

    @property
    def missing(self) -> Decimal:
        """What was withheld too little; less than nothing: too much. It was worked out for another month, or a payment before
        it came back; the next of the month makes it up."""
        return self.due - self.tax


@dataclass(frozen=True)
class Payer:
    """Who withholds: each declares what it has paid itself."""

    name: str
    people: list[Taxed] = field(default_factory=list)

    @property
    def gross(self) -> Decimal:
        return sum((one.gross for one in self.people), Decimal(0))

    @property
    def tax(self) -> Decimal:
        return sum((one.tax for one in self.people), Decimal(0))

    @property
    def missing(self) -> list[Taxed]:
        return [one for one in self.people if one.missing]

    @property
    def faulty(self) -> list[Taxed]:
        """Whose line the bureau's client will refuse."""
        return [one for one in self.people if one.fault]

    @property
    def faults_in_words(self) -> str:
        return "；".join(
            f"{one.person.name}（{one.person.number}）：{one.fault}" for one in self.faulty
        )


def by_payer(payments: Iterable[Payment], back: Iterable[FeeLine] = ()) -> list[Payer]:
    """Return what ``payments``, all of a month, without what of them came ``back``, come to by who paid and by person; of what
    somebody else has written nothing is declared."""
    found: dict[str, dict[int, Taxed]] = {}
    sums = [(one.line, one.gross, one.tax) for one in vouched(payments)]
    sums += [(one, one.gross, one.tax) for one in vouched(back)]
    for line, gross, tax in sums:
        # The tax bureau knows persons, not records.
        person = line.expert.merged_into or line.expert
        people = found.setdefault(said_of(line)["payer"], {})
        so_far = people.get(person.pk, Taxed(person, Decimal(0), Decimal(0)))
        people[person.pk] = Taxed(person, so_far.gross + gross, so_far.tax + tax)
    return [Payer(name, list(found[name].values())) for name in sorted(found)]


def tax_file(payer: Payer, *, month: date, actor: User, now: datetime) -> tuple[bytes, str]:
    """Return (content, name) of what ``payer`` has withheld in ``month``; a person is one row. Logged: it names documents in
    full."""
    rows = [_row(at, one) for at, one in enumerate(payer.people, 1)]
    said: dict[str, Value] = {
        "税款所属期": f"{month:%Y-%m}",
        "扣缴单位": payer.name,
        "人数": len(rows),
    }
    content, ending = fill(TAX, said, rows, now=now)
    record("fee.tax_file", actor=actor, now=now, after=said)
    return content, f"{LABELS[TAX]} {month:%Y-%m}.{ending}"


def _row(at: int, one: Taxed) -> dict[str, Value]:
    person = one.person
    return {
        "人员.序号": at,
        "人员.专家编号": person.number,
        "人员.姓名": person.name,
        "人员.证件类型": str(person.get_id_kind_display() or ""),
        # In full: the bureau takes no masked number; who downloads it is logged.
        "人员.证件号码": one.number,
        "人员.所得项目": LABOUR,
        "人员.收入": float(one.gross),
        "人员.已扣税额": float(one.tax),
        "人员.手机号": readable(person, "phone"),
        # The client passes over it; whoever looks why a line was refused finds it.
        "人员.备注": one.fault,
    }


def month_of(text: str, now: datetime) -> date:
    """Return the first day of the month that ``text`` (2026-11) names; the one before ``now`` where it names none."""
    try:
        said = datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 (a month)
        if not YEARS.low <= said.year <= YEARS.high:
            raise ValueError(text)
    except ValueError:
        # The month before: it is declared once it is over.
        first = timezone.localdate(now).replace(day=1)
        return (
            first.replace(year=first.year - 1, month=12)
            if first.month == 1
            else first.replace(month=first.month - 1)
        )
    return said
