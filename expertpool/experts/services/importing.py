"""Import of experts from tables: thousands of rows in a second or two."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.importing import (
    CHECK,
    Fault,
    Header,
    ImportColumn,
    Importer,
    Note,
    Row,
    Totals,
    check_rows,
    open_table,
    scan_table,
)
from expertpool.core.importing.findings import SHOWN, Collector
from expertpool.core.importing.sheets import RefusedSheet
from expertpool.core.jobs import defer
from expertpool.core.lookups import Among
from expertpool.core.models.imports import GONE
from expertpool.core.subjects.importing import Misfits
from expertpool.directory.models import Unit
from expertpool.directory.queries import UNIT_LIKE, division_codes
from expertpool.directory.services.units import NamedUnit, resolve_units
from expertpool.experts.enums import ExpertKind, ExpertSource, ExpertStatus
from expertpool.experts.events import ExpertsImported
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import (
    email_index,
    experts_visible_to,
    id_number_index,
    phone_index,
)
from expertpool.experts.queries.imported import ADDING, CHANGING
from expertpool.experts.queries.names import name_index
from expertpool.experts.services.accounts import queue_accounts
from expertpool.experts.services.contacts import CONTACTS
from expertpool.experts.services.import_avoidances import (
    AVOIDANCES,
    keep_avoidances,
    warn_of_avoidances,
)
from expertpool.experts.services.import_columns import (
    expert_columns,
    take_mail,
    tell_mails,
    tell_whose_phone,
)
from expertpool.experts.services.import_examples import NAMING, is_example, is_marked
from expertpool.experts.services.import_kinds import KIND, asked_of, read_kind, set_kind
from expertpool.experts.services.import_levels import LEVELS
from expertpool.experts.services.import_numbers import SavedNumbers
from expertpool.experts.services.import_options import (
    OPTIONS,
    department_of,
    opens_accounts,
    options_for,
    status_in,
)
from expertpool.experts.services.import_persons import (
    KNOWING,
    SamePersons,
    same_but_specialties,
    unlike_in,
)
from expertpool.experts.services.import_rows import RowRules
from expertpool.experts.services.import_states import SECTION, STATES, ask_of_state
from expertpool.experts.services.import_terms import asked_of_terms, suggested_terms
from expertpool.experts.services.import_units import NamedUnits, employer_of
from expertpool.experts.services.import_writing import COLUMNS, copy_experts, next_ids
from expertpool.experts.services.numbering import next_numbers
from expertpool.experts.services.status import first_term
from expertpool.experts.services.taken import UNCHECKED, UNIQUE, is_plain, whose, whose_by_name
from expertpool.experts.validators.regions import Regions
from expertpool.experts.validators.standing import gone_below, has_left, speaks_of_part
from expertpool.experts.validators.values import oddities

ONE_PERSON = (
    "与第 {} 行是同一人，但{}不同，没有合并：这一行的评审专业没有导入，"
    "请在文件中合为一行后重新上传，或导入后在他的档案中补上。"
)
_DOUBLED = {"phone": "手机号重复", "id_number": "证件号重复", "email": "邮箱重复"}


class ExpertImporter(Importer):
    """Takes experts from a table. Phone and number of the document must be new to file and pool, phone
    and mail to accounts, too; a mail that is not is left out.

    Who may not see one of them plain is told only once the others are in which rows are in the pool already, and
    never whose (docs/decisions/0329).
    """

    code = ADDING
    listed = "experts:list"
    updated_by = (CHANGING, "update")
    label = "专家"
    permission = "experts.import"
    saved_rows = Importer.chunk_rows  # at once: the database takes them while more are read
    option_fields = OPTIONS
    asked = (KNOWING,)
    sample_by = NAMING
    keeps_out = frozenset((SECTION.code,))
    asks_out = (SECTION.code, "expert_type")

    @classmethod
    def options_for(cls, user: User) -> Mapping[str, Any]:
        return options_for(user)

    @classmethod
    def get_columns(cls, user: User | None = None) -> Sequence[ImportColumn]:
        return [*expert_columns(user), *LEVELS, *STATES, AVOIDANCES]

    @classmethod
    def counted_for(cls, user: User, codes: Sequence[str] | None = None) -> str:
        here = [code for code in UNIQUE if codes is None or code in codes]
        return "、".join(UNIQUE[code] for code in here if not is_plain(user, code))

    @classmethod
    def asked_of_list(cls, codes: Sequence[str]) -> Mapping[str, Any]:
        return {**asked_of(codes), **asked_of_terms(codes)}

    @classmethod
    def read_list(cls, header: Header) -> tuple[Header, Mapping[str, Any]]:
        header, suggested = read_kind(header)
        return header, {**suggested, **suggested_terms(header.codes)}

    def __init__(self, *, actor: User | None, now: datetime, options: Any) -> None:
        super().__init__(actor=actor, now=now, options=options)
        self.of_list = options.get(KIND) or ""
        # The column's code → the field; what a cleaner of its own reads is put in apart.
        fields = {
            one.imported.code or one.code: one
            for one in EXPERT.fields()
            if one.write and one.imported and not one.imported.clean
        }
        self.plain = {code: one.code for code, one in fields.items() if not one.is_extra}
        # What he does not see is no column of his.
        self.extra = {
            code: one for code, one in fields.items() if one.is_extra and code in self.by_code
        }
        # What all experts of this run have in common, by column.
        self.shared = {column.attname: column.get_default() for column in COLUMNS} | {
            "source": ExpertSource.IMPORT,
            "department_id": department_of(actor, options),
            "created_at": now,
            "created_by_id": actor.pk if actor else None,
            "updated_at": now,
        }
        # By department: the right to admit may reach less far than that to import.
        self.statuses: dict[int | None, str] = {}
        self.today = timezone.localdate(now)
        # Of whom somebody lets in at once; a command takes the file as it is.
        self.term = first_term(self.today) if actor else {}
        self.misfits = Misfits(EXPERT, self)
        self.rules, self.regions = RowRules(self, self.today), Regions(division_codes())
        self.units: dict[NamedUnit, Unit] = {}
        self.named, self.persons = NamedUnits(self), SamePersons(actor)
        # Index → row of this file, or 0 for the pool.
        self.known: dict[str, dict[bytes, int]] = {code: {} for code in UNIQUE}
        self.deleted: set[bytes] = set()  # indexes of numbers
        self.named_owners = 0
        self.here: dict[int, Row] = {}  # rows of this chunk that are taken
        self.saved = {code: SavedNumbers() for code in UNIQUE}
        self.counted = {code for code in UNIQUE if actor and not is_plain(actor, code)}

    def prepare(self, rows: Sequence[Row]) -> None:
        self.named.look_up(rows)
        self.deleted.clear()
        self.here.clear()
        for row in rows:
            values = row.values
            values["phone_index"] = phone_index(values["phone"])
            values["id_number_index"] = id_number_index(values.get("id_number", ""))
            values["email_index"] = email_index(values.get("email", ""))
        self.persons.look_up([row.values for row in rows])
        for code, known in self.known.items():
            if self.previews and code in self.counted:
                continue
            name = f"{code}_index"
            wanted = [index for row in rows if (index := row.values[name])]
            # What is not kept stays at hand; a preview looks at the first rows.
            if not self.previews:
                self.saved[code].add(known)
                known.clear()
            if not wanted:
                continue
            held = Expert.objects.filter(Among(name, wanted)).order_by()
            found = [index for (index,) in held.values_list(name)]
            # Some are in the pool by an earlier chunk of this file: these keep their row.
            rows_of = self.saved[code].rows_of(found)
            known.update((index, known.get(index) or rows_of.get(index, 0)) for index in found)
            self._note_deleted(code, found)
            if code in CONTACTS:
                accounts = User.objects.filter(Among(name, wanted)).order_by()
                # Those of accounts that are experts' stand in their files, too.
                known.update(
                    (index, known.get(index, 0)) for (index,) in accounts.values_list(name)
                )

    def _note_deleted(self, code: str, found: Sequence[bytes]) -> None:
        """Note which numbers are those of deleted records that the actor may see: these are restored."""
        if found and self.actor and code not in self.counted:
            rows = experts_visible_to(self.actor).filter(
                status=ExpertStatus.DELETED, merged_into=None, **{f"{code}_index__in": found}
            )
            self.deleted.update(rows.order_by().values_list(f"{code}_index", flat=True))

    def inspect(self, row: Row) -> list[Fault]:
        set_kind(row, self.of_list)
        ask_of_state(row, self)
        take_mail(row, self)
        tell_mails(row, self)
        tell_whose_phone(row, self)
        if row.values["kind"] != ExpertKind.ORGANISATION:
            self.named.take_post(row)
        return [*self.rules.inspect(row), *self.misfits.of(row)]

    def validate(self, row: Row) -> Fault | None:
        fault = self.named.fault(row) or self.named.unclear(row)
        if fault is None and self._goes_into(row):
            return None
        fault = fault or self._duplicate(row) or self._blacklisted(row)
        if fault is None:
            self.here[row.number] = row
            self._warn(row)
            for code, known in self.known.items():
                if index := row.values[f"{code}_index"]:
                    known[index] = row.number
        return fault

    def _warn(self, row: Row) -> None:
        born = row.values["birth_date"]
        odd = oddities(row.values, born=born, today=self.today, regions=self.regions)
        row.notes += [Note(label, CHECK, value, sentence) for label, value, sentence in odd]
        self.named.warn(row)
        warn_of_avoidances(row)
        if sentence := self.persons.told(row.values, row.number):
            whom = row.values["name"]
            row.notes.append(Note("姓名", CHECK, whom, sentence, is_pressing=True, in_place=False))

    def heading(self, text: str) -> str:
        # In a list of units a unit is one of its rows.
        if self.of_list != ExpertKind.ORGANISATION and UNIT_LIKE.fullmatch(text):
            return "employer"
        if self.rules.is_specialty(text):
            return "specialties"
        return SECTION.code if speaks_of_part(text) else ""

    def keeps_out_below(self, header: str) -> Callable[[str], bool]:
        return gone_below(header)

    def heading_of_sheet(self, name: str) -> str:
        column = self.by_code["expert_type"]
        is_type = name in column.meanings() or (column.words and name in column.words())
        part = SECTION.code if has_left(name) else ""
        return self.heading(name) or ("expert_type" if is_type else part)

    def is_example(self, row: Row) -> bool:
        # A name that says so is none by the rule of names, and was not taken into the values.
        marked = "name" not in row.values and any(map(is_marked, row.cells))
        return marked or is_example(row.values)

    def lacks(self, row: Row) -> Sequence[str]:
        is_person = row.values.get("kind") != ExpertKind.ORGANISATION
        lacking = ["工作单位"] if is_person and not row.values.get("employer") else []
        return lacking if row.values["specialty_ids"] else [*lacking, "评审专业"]

    def shown(self, row: Row) -> dict[str, str]:
        values = row.values
        birth, level = values["birth_date"], values["title_level"]
        # What is not saved, though it was read.
        hidden = [] if values.get("id_number") else [self.by_code["id_kind"].header]
        hidden += [] if values["specialty_ids"] else [self.by_code["specialties"].header]
        shown = {
            header: word for header, word in super().shown(row).items() if header not in hidden
        }
        unit = self.named.unit_of(row)
        return shown | {
            column.header: word
            for code, word in (
                ("employer", unit.name if unit else ""),
                ("specialties", self.rules.specialties_of(row)),
                ("division", self.rules.division_of(row)),
                ("birth", birth.isoformat() if birth else ""),
                ("sex", self.by_code["sex"].word(values.get("sex"))),
                ("title_level", self.by_code["title_level"].word(level) if level else ""),
            )
            if word and (column := self.by_code[code])
        }

    def _duplicate(self, row: Row) -> Fault | None:
        for code, reason in _DOUBLED.items():
            first = self.known[code].get(row.values[f"{code}_index"])
            if first is None:
                continue
            where = self._doubles(code, first, row) if first else self._whose(code, row)
            is_gone = not first and code != "email" and row.values[f"{code}_index"] in self.deleted
            told = GONE if is_gone else reason
            fault = self.fault(code, told, where)
            if code != "email":
                return replace(fault, is_known=not first)
            # An expert without mail can be reached; two by one mail are not told apart.
            row.left.append(fault)
            row.values |= {"email": "", "email_index": None}
        return None

    def _doubles(self, code: str, first: int, row: Row) -> str:
        """Say which row has the same number; of the same person's that is refused for it, that a specialty goes
        with this row, and why."""
        told, held = f"与第 {first} 行相同。", self.here.get(first)
        if code == "email" or held is None or held.values["name"] != row.values["name"]:
            return told
        unlike = unlike_in(held.values, row.values)
        headers = [one.header for code, one in self.by_code.items() if code in unlike]
        if not headers or set(row.values["specialty_ids"]) <= set(held.values["specialty_ids"]):
            return told
        return ONE_PERSON.format(first, "、".join(headers))

    def _goes_into(self, row: Row) -> bool:
        """Tell whether a row is the same person's as one before, with all that it says, but names another specialty:
        lists with a line for each are sorted by them. Those of this row are the other's then."""
        first = self.here.get(self.known["phone"].get(row.values["phone_index"], 0))
        if first is None or not same_but_specialties(first.values, row.values):
            return False
        held = first.values["specialty_ids"]
        new = [one for one in row.values["specialty_ids"] if one not in held]
        if not new:  # a row that stands twice, or one that is looked at again
            return bool(row.into)
        row.into = first.number
        first.values["specialty_ids"] = [*held, *new]
        first.left = [*first.left, *row.left]
        told = "是同一人的，评审专业已并入这一行。"
        first.notes.append(Note("整行", CHECK, f"第 {row.number} 行", told))
        return True

    def _whose(self, code: str, row: Row) -> str:
        """Say whose a number is, to whoever sees it, or gives its owner's name; of rows that no page shows it is not
        looked up."""
        told = ""
        if self.actor and self.named_owners < SHOWN:
            self.named_owners += 1
            if code in self.counted:
                told = whose_by_name(code, row.values[code], row.values["name"], self.actor)
            else:
                told = whose(code, row.values[code], self.actor)
        elif code in self.counted:
            told = UNCHECKED.format(UNIQUE[code])
        return told or "专家库或登录账号中已有，只能属于一个人。"

    def _blacklisted(self, row: Row) -> Fault | None:
        question = self.persons.question(row.values, row.number)
        return self.fault(KNOWING.code, "可能是黑名单中的专家", question) if question else None

    def forget(self, rows: Sequence[Row]) -> None:
        for row in rows:
            for code, known in self.known.items():
                known.pop(row.values[f"{code}_index"], None)

    def save(self, rows: Sequence[Row]) -> None:
        # In the order of the file, as the preview: the first writing of a name is the unit's.
        named = dict.fromkeys(employer_of(row.values) for row in rows)
        self.units |= resolve_units(pair for pair in named if pair[0] and pair not in self.units)
        for department in {self._department(row.values) for row in rows} - self.statuses.keys():
            self.statuses[department] = status_in(
                self.actor, self.options, department, now=self.now
            )
        # All at once: a statement for each of thousands of rows would take longer than the rows.
        numbers = next_numbers(len(rows), now=self.now)
        ids = next_ids(len(rows))
        held = zip(ids, (row.values["specialty_ids"] for row in rows), strict=True)
        copy_experts(map(self._record, rows, ids, numbers), held)
        keep_avoidances(rows, ids, actor=self.actor, now=self.now)
        if opens_accounts(self.actor, self.options):
            # In the transaction of the rows: an import that fails opens no account.
            queue_accounts(ids, actor=self.actor, now=self.now)

    def _record(self, row: Row, pk: int, number: str) -> dict[str, Any]:
        """Return what an expert holds, by column: of thousands, no models are made."""
        values = row.values
        department = self._department(values)
        filled = {
            column: value
            for code, column in self.plain.items()
            if (value := values.get(code)) is not None and value != ""
        }
        return {
            **self.shared,
            "id": pk,
            "number": number,
            "birth_date": values["birth_date"],
            "id_number_index": values["id_number_index"],
            "phone_index": values["phone_index"],
            "email_index": values["email_index"],
            "employer_id": self.units[employer_of(values)].pk if values.get("employer") else None,
            "division_id": values["division_id"],
            "department_id": department,
            "status": self.statuses[department],
            "term_end_date": values.get("term_end_date") or None,
            "extra": self._extra(values),
            "name_index": name_index(values["name"]),
            **filled,
            **self._first_term(values, filled, department),
        }

    def _first_term(
        self, values: dict[str, Any], filled: dict[str, Any], department: int | None
    ) -> dict[str, Any]:
        """Return the term of who is a member at once and has none."""
        has_term = values.get("term_end_date") or filled.get("term_start_date")
        is_in = self.statuses[department] == ExpertStatus.FORMAL
        return self.term if is_in and not has_term else {}

    def _department(self, values: dict[str, Any]) -> int | None:
        """Return (id) into which department a row goes: the one that it names, else that of the import."""
        found: int | None = values["department_id"] or self.shared["department_id"]
        return found

    def _extra(self, values: dict[str, Any]) -> dict[str, Any]:
        extra: dict[str, Any] = {}
        record = SimpleNamespace(extra=extra)
        for code, declared in self.extra.items():
            value = values.get(code)
            if value not in (None, ""):
                declared.set_value(record, value)
        return extra

    def finish(self, totals: Totals, *, file_name: str) -> None:
        record(
            "expert.import",
            actor=self.actor,
            now=self.now,
            after=totals.told("导入"),
            note=f"{file_name}{self.persons.note}",
        )
        if totals.accepted:
            publish(ExpertsImported(totals.accepted))
            # By a job: until they are packed each search opens them one by one.
            defer("experts.pack_imported")
            if ExpertStatus.PENDING in self.statuses.values():
                # By a job: thousands are written in a second, and their approvals begin after it.
                defer("experts.begin_imported")


@dataclass
class ImportResult:
    """What came of a file: the number of experts taken, and each refused row with its reason. ``asked`` are those of
    them about which the page would ask: for a word that no list has, or that keeps its rows out."""

    accepted: int = 0
    asked: int = 0
    refused: list[dict[str, Any]] = field(default_factory=list)


def import_file(
    path: Path,
    *,
    actor: User | None = None,
    now: datetime,
    dry_run: bool = False,
    report: Path | None = None,
    options: dict[str, Any] | None = None,
) -> ImportResult:
    """Import the experts of a file in one transaction, or only check them (``dry_run``).

    Writes what was not taken with its content to ``report`` (.xlsx). Raises UnreadableFile for what is no table or lacks a required column; unknown columns are ignored.
    """
    with path.open("rb") as file:
        scan_table(file, name=path.name, actor=actor, now=now)
    outcome = ImportResult()
    importer = ExpertImporter(actor=actor, now=now, options=options or {})
    importer.counted.clear()  # whoever runs a command on the server has the pool anyway
    with transaction.atomic(), _open(importer, path) as (header, rows):
        importer.sheet, importer.headers = header.sheet, header.cells
        importer.of_list = importer.of_list or read_kind(header)[1].get(KIND, "")
        collector = Collector(importer, header.codes)
        with RefusedSheet(header.cells, collector) if report else nullcontext() as table:

            def refuse(row: Row) -> None:
                outcome.refused.append(_in_short(row))
                outcome.asked += bool(row.faults[0].word)
                if table is not None:
                    table.add(row)

            totals = check_rows(
                importer,
                rows,
                header.codes,
                keep=not dry_run,
                refused=refuse,
                taken=table.taken if table else None,
            )
        if not dry_run:
            importer.finish(totals, file_name=path.name)
    if report is not None and table is not None:
        report.write_bytes(table.content)
    outcome.accepted = totals.accepted
    return outcome


def _open(importer: ExpertImporter, path: Path) -> Any:
    return open_table(ExpertImporter, path, user=importer.actor, titles=importer.titles)


def _in_short(row: Row) -> dict[str, Any]:
    fault = row.faults[0]
    return {"row": row.number, "column": fault.column, "reason": fault.reason}
