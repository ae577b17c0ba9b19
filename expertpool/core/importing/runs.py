"""Runs of imports: upload → headers → preview → confirmation → rows in the database.

What is wrong with a file is UnreadableFile, what does not fit the state of a run is RunRefused;
both in Chinese. The caller has checked the permission.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from tempfile import TemporaryFile
from types import MappingProxyType
from typing import Any, cast

from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.db import connection, transaction
from django.db.models import Case, QuerySet, When

from expertpool.core.configuration import value_of
from expertpool.core.events import publish
from expertpool.core.fields import ProofField
from expertpool.core.importing.answers import Answers, Said
from expertpool.core.importing.checking import Sink, check_rows
from expertpool.core.importing.columns import ImportColumn, with_remark
from expertpool.core.importing.finding import Why, below, find_header, may_stand_for, refused_whole
from expertpool.core.importing.findings import (
    Collector,
    outline,
    read_answers,
    read_findings,
    write_answers,
    write_findings,
)
from expertpool.core.importing.importer import Importer, Row, Totals
from expertpool.core.importing.mapping import IGNORED, broken_rule, reasons_of, to_remember
from expertpool.core.importing.memory import HEADER, forget, remember, remembered
from expertpool.core.importing.opening import scan_table
from expertpool.core.importing.reading import (
    READ,
    SUFFIXES,
    Look,
    Numbered,
    Top,
    UnreadableFile,
)
from expertpool.core.importing.registry import IMPORTS
from expertpool.core.importing.shapes import rows_of, tops_of
from expertpool.core.importing.sheets import RefusedSheet
from expertpool.core.importing.ticks import Ticked, word_in
from expertpool.core.jobs import defer, jobs_before
from expertpool.core.limits import one_at_a_time
from expertpool.core.locks import lock_transaction, try_lock_transaction
from expertpool.core.mandates import FORGED, stands
from expertpool.core.models import ImportRun
from expertpool.core.models.imports import IMPORTS as FOLDER
from expertpool.core.models.imports import ImportState
from expertpool.core.settings import IMPORT_KEPT, IMPORT_SIZE, IMPORTS_PER_HOUR
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import StoreDown
from expertpool.core.subjects.subject import one_look
from expertpool.core.waiting import FileGone, remove_unnamed

logger = logging.getLogger(__name__)
PROOF = cast("ProofField", ImportRun._meta.get_field("proof"))
OPEN = (ImportState.UPLOADED, ImportState.MAPPING, ImportState.PREVIEWED)  # not yet confirmed
STILL_AFTER = timedelta(seconds=30)  # in which a worker takes up what was confirmed
MOST_CHECKS = 50  # of one file: whoever asks more often is not mending it


@dataclass(frozen=True)
class ImportPreviewed:
    """Somebody was told how the rows of a file fit what is there, without keeping any."""

    run_id: int
    at: datetime


class RunRefused(ValueError):
    """The run is no longer, or not yet, at this step."""


class ColumnsGone(RunRefused):
    """A header stands for a column that the user has no more."""


class NotSeen(RunRefused):
    """Its rows were checked again since the user saw them."""


class NothingChosen(RunRefused):
    """Of the changes that it shows the user ticked none."""


# --- Until it is confirmed ----------------------------------------------------------------------


def start_import(
    *,
    importer: type[Importer],
    upload: UploadedFile[Any],
    options: dict[str, Any],
    actor: Any,
    now: datetime,
) -> ImportRun:
    """Keep the uploaded file as a new run and preview it, if its headers leave no question.

    Refuses what is no table, or too large (UnreadableFile); nothing is kept of it then. Refuses
    (RunRefused) more files in an hour than the office allows.
    """
    name = str(upload.name or "")
    if not name.lower().endswith(SUFFIXES):
        raise UnreadableFile(f"只能读取 {READ} 文件，请另存为其中一种。")
    most = value_of(IMPORT_SIZE)
    if (upload.size or 0) > most * MEGABYTE:
        raise UnreadableFile(f"文件超过 {most} MB，请分成几个文件导入。")
    scan_table(upload, name=name, actor=actor, now=now)
    with one_at_a_time(IMPORTS_PER_HOUR, actor):
        _check_limit(actor, now)
        run = ImportRun.objects.create(
            user=actor,
            importer=importer.code,
            # Its end, since the ending says how the file is read.
            file_name=name[-200:],
            options=options,
            created_at=now,
            expires_at=now + value_of(IMPORT_KEPT),
        )
    try:
        upload.seek(0)
        run.upload.write(upload.read())
        _find(run)
        answers = Answers(words=_of_any_list(run, remembered(actor, importer.code)))
        write_answers(run, answers)
        if run.state == ImportState.UPLOADED:
            _preview(run, answers, now=now)
    except UnreadableFile:
        _forget(run)
        raise
    except StoreDown:
        run.delete()  # what there is of its files is swept away
        raise
    return run


def start_again(
    *, run: ImportRun, importer: type[Importer], actor: Any, now: datetime
) -> ImportRun:
    """Start ``importer`` with the file of ``run``, which stays as it is; refuses as `start_import`."""
    upload = SimpleUploadedFile(run.file_name, _content(run))
    return start_import(importer=importer, upload=upload, options={}, actor=actor, now=now)


def _check_limit(actor: Any, now: datetime) -> None:
    """Whoever previews one file after the other is not importing, but asking what is in the pool."""
    most = value_of(IMPORTS_PER_HOUR)
    lately = ImportRun.objects.filter(user=actor, created_at__gt=now - timedelta(hours=1))
    if lately.count() >= most:
        raise RunRefused(f"一小时内已上传 {most} 个文件，请稍后再试，或把名单合成一个文件。")


def _of_any_list(run: ImportRun, said: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Return of what was ``said`` of words, by column, what holds for other lists, too."""
    left_out = {HEADER, *(one.code for one in _columns(run) if one.of_its_rows)}
    return {column: words for column, words in said.items() if column not in left_out}


def _content(run: ImportRun) -> bytes:
    try:
        return run.upload.read()
    except FileGone:
        if run.state in OPEN:  # as it was read: another window may have ended it since
            _check_open(ImportRun.objects.filter(pk=run.pk))
        raise UnreadableFile("文件已不在或打不开，请重新上传。") from None


def _check_open(row: QuerySet[ImportRun]) -> None:
    if not row.filter(state__in=OPEN).exists():
        raise RunRefused("该文件已经确认导入或放弃，请看导入结果。")


def _columns(run: ImportRun) -> Sequence[ImportColumn]:
    return IMPORTS[run.importer].get_columns(run.user)


def columns_gone(run: ImportRun) -> str:
    """Return in Chinese that headers of ``run`` stand for columns that its user has no more (a field that
    he does not see since, or one out of use); empty: none does. Names the headers of his file only."""
    here = {one.code for one in _columns(run)}
    gone = [f"“{header}”" for header, code in run.pairs() if code and code not in here]
    if not gone:
        return ""
    return f"表中的{'、'.join(gone)}现在不能导入，没有导入任何行。请重新核对表头，再继续。"


def _refuse_gone(run: ImportRun) -> None:
    if refusal := columns_gone(run):
        raise ColumnsGone(refusal)


def _rows(run: ImportRun, look: Look) -> Generator[Numbered]:
    with TemporaryFile() as file:
        file.write(_content(run))  # else it stays in memory until the last row is read
        yield from rows_of(_columns(run), file, suffix=run.suffix, sheet=run.sheet, look=look)


def _look(run: ImportRun) -> Look:
    """Return what the check found of the sheet as a whole, so that it need not be read twice."""
    look: Look = read_findings(run).get("look", {})
    return look


def _tops(run: ImportRun) -> list[Top]:
    return tops_of(_columns(run), _content(run), suffix=run.suffix)


def _find(run: ImportRun, *, sheet: str | None = None, row: int | None = None) -> None:
    """Find the header, or take what the user says of it, and keep what it stands for."""
    importer = IMPORTS[run.importer]
    tops = _tops(run)
    said = remembered(run.user, run.importer).get(HEADER, {})
    found = find_header(_columns(run), tops, said, sheet=sheet, row=row)
    header, suggested = importer.read_list(found)
    asked = importer.asked_of_list(())
    # What was said of another sheet is not said of this one.
    run.options = {name: said for name, said in run.options.items() if name not in asked}
    run.options |= suggested
    is_clear = header.is_clear and not suggested
    run.sheet, run.header_row = header.sheet[:100], header.row
    run.headers, run.mapping = header.cells, header.codes
    run.state = ImportState.UPLOADED if is_clear else ImportState.MAPPING
    _save_open(run)
    write_findings(run, outline=outline(header, tops))


def choose_table(*, run: ImportRun, sheet: str | None, row: int | None) -> None:
    """Say in which sheet and row the headers stand; what is not said is found. Refuses a place
    that holds nothing (UnreadableFile)."""
    _require(run, *OPEN)
    before = run.sheet
    with transaction.atomic():
        _find(run, sheet=sheet, row=row)
        run.state = ImportState.MAPPING
        run.save(update_fields=["state"])
        if run.sheet != before:  # cells are mended, and rows passed over, in one sheet
            answers = read_answers(run)
            answers.cells.clear()
            answers.passed_over.clear()
            write_answers(run, answers)
            write_findings(run, changed=[])


def choose_mapping(
    *,
    run: ImportRun,
    codes: Sequence[str],
    of_list: Mapping[str, Any] = MappingProxyType({}),
    now: datetime,
) -> None:
    """Say what each header stands for ("" for nothing in this file, `IGNORED` for nothing at all), and what
    was asked ``of_list`` as a whole, and preview.

    Refuses a mapping that leaves out a required column or names one twice, and once one that
    takes no cell of a column, or by which something is asked of the list that was not yet (RunRefused).
    """
    _require(run, *OPEN)
    columns = _columns(run)
    mapping = ["" if code == IGNORED else code for code in codes]
    if broken := broken_rule(columns, run.headers, mapping):
        raise RunRefused(broken)
    found = read_findings(run)
    outlined = found.get("outline", {})
    whys = reasons_of(mapping, run.mapping, outlined.get("why", ()))
    told = to_remember(run.headers, codes, whys)
    ignored = [at for at, code in enumerate(codes) if code == IGNORED]
    before, run.mapping = run.mapping, mapping
    outlined |= {"why": whys, "ignored": ignored}
    run.options = run.options | dict(of_list)
    if asked := _newly_asked(run, before):
        with transaction.atomic():
            _save_open(run)
            write_findings(run, outline=outlined)
        raise RunRefused(f"请回答上面新出现的问题（{'、'.join(asked)}），再按一次“下一步”。")
    if doubtful := _doubtful(run, whys):
        for at in doubtful:
            whys[at] = Why.DOUBT
        with transaction.atomic():
            _save_open(run)
            write_findings(run, outline=outlined)
        named = "、".join(f"“{run.headers[at]}”" for at in doubtful)
        raise RunRefused(
            f"{named}中没有一格能这样导入，请改选或不导入；确实是的，再按一次“下一步”，逐格改正。"
        )
    _check_again(run, read_answers(run), now=now, told=told, outline=outlined)


def _newly_asked(run: ImportRun, before: Sequence[str]) -> list[str]:
    """Return what is asked of the list as it is mapped now, and was not as it was ``before``; from now on it was."""
    asked, known = (IMPORTS[run.importer].asked_of_list(codes) for codes in (run.mapping, before))
    new = {
        name: str(field.label)
        for name, field in asked.items()
        if name not in known and name not in run.options
    }
    run.options = run.options | dict.fromkeys(new, "")
    return list(new.values())


def _doubtful(run: ImportRun, whys: Sequence[str]) -> list[int]:
    """Return the places of columns chosen by hand of which no cell can be taken; what was recognised has been looked at."""
    if Why.CHOSEN not in whys:
        return []
    columns = _columns(run)
    tops = _tops(run)
    refused = refused_whole(columns, tops, (run.sheet, run.header_row), run.mapping)
    by_code = {one.code: one for one in columns}
    return [
        at
        for at in refused
        # Ticks are no words: the header is.
        if whys[at] == Why.CHOSEN and not word_in(by_code[run.mapping[at]], run.headers[at])
    ]


def answer_import(
    *,
    run: ImportRun,
    words: Said,
    cells: Mapping[int, Mapping[str, str]],
    passed_over: Sequence[int] = (),
    now: datetime,
) -> None:
    """Say what ``words`` mean and what stands in ``cells`` instead, and preview once more;
    ``passed_over`` are rows that the user does not choose."""
    _require(run, ImportState.PREVIEWED)
    answers = read_answers(run)
    answers.add(words, cells)
    answers.passed_over = set(passed_over)
    _check_again(run, answers, now=now)


def _check_again(run: ImportRun, answers: Answers, *, now: datetime, **said: Any) -> None:
    _refuse_gone(run)
    if run.checks >= MOST_CHECKS:
        raise RunRefused(f"这个文件已检查 {MOST_CHECKS} 次，请在文件中改好后重新上传。")
    _preview(run, answers, now=now, **said)


def _preview(run: ImportRun, answers: Answers, *, now: datetime, **said: Any) -> None:
    """Check the rows without keeping any; of a very long file only the first. What it was checked
    with is kept together with what was found: nobody confirms the one without the other. Announces
    ImportPreviewed."""
    look: Look = {}
    with closing(_rows(run, look)) as all_rows:
        collector = _collector(run, now)
        rows = below(all_rows, run.header_row, run.headers, collector.importer.titles)
        first = islice(rows, collector.importer.previewed)
        found = _check(run, first, collector, answers, keep=False)
        run.partial = next(rows, None) is not None
    _choose_no_doubtful(answers, read_findings(run), found)
    if not run.total:
        raise UnreadableFile("表头下面没有数据，请检查是否选错了文件或工作表。")
    run.state, run.checks = ImportState.PREVIEWED, run.checks + 1
    with transaction.atomic():
        _save_open(run)
        write_answers(run, answers)
        write_findings(run, **said, **found, keeping_out=_keeping_out(run), look=look)
        run.refused_table.remove()  # of the check before
    publish(ImportPreviewed(run.pk, now))


def list_refused(*, run: ImportRun, now: datetime) -> None:
    """Write the table of what a checked run could not take, if there is none yet of this check: all of it, where the
    page shows the first rows alone. The rows are read anew, as they were answered. Announces ImportPreviewed.

    Refuses where columns are gone (ColumnsGone), or the run was confirmed, given up or checked again meanwhile
    (RunRefused)."""
    _require(run, ImportState.PREVIEWED)
    if run.refused_table.exists():
        return
    _refuse_gone(run)
    collector, checked = _collector(run, now), ImportRun.objects.filter(pk=run.pk)
    most = collector.importer.previewed
    note = f"只检查了前 {most:,} 行，其余的在确认以后检查。" if run.partial else ""
    with (
        RefusedSheet(run.headers, collector, to_come=True, note=note) as sheet,
        closing(_rows(run, _look(run))) as rows,
    ):
        _check(
            run,
            islice(below(rows, run.header_row, run.headers, collector.importer.titles), most),
            collector,
            read_answers(run),
            keep=False,
            refused=sheet.add,
            taken=sheet.taken,
        )
    with transaction.atomic():
        same = checked.filter(state=ImportState.PREVIEWED, checks=run.checks)
        if not same.select_for_update().exists():
            raise RunRefused("这个文件刚重新检查过，或已经确认导入：请看下面的结果，再下载。")
        run.refused_table.write(sheet.content)
    publish(ImportPreviewed(run.pk, now))


def _keeping_out(run: ImportRun) -> list[dict[str, Any]]:
    """Return, where no row can be taken, the headers that let no row in, each with the columns that it
    may be instead: rather a wrong mapping than a list without one good row."""
    if run.accepted or not run.total:
        return []
    columns = _columns(run)
    tops, place = _tops(run), (run.sheet, run.header_row)
    needed = {one.code for one in columns if not one.dispensable}
    return [
        {
            "header": run.headers[at],
            "as": next(one.header for one in columns if one.code == run.mapping[at]),
            "likely": may_stand_for(columns, tops, place, run.mapping, at),
        }
        for at in refused_whole(columns, tops, place, run.mapping)
        if run.mapping[at] in needed
    ]


def _choose_no_doubtful(
    answers: Answers, before: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    """Leave out rows that may change somebody else, until the user chooses them: of those that were
    shown as such already he has said whether."""
    shown, doubtful = (
        {one["row"] for one in each.get("changed", ()) if one.get("doubt")}
        for each in (before, found)
    )
    answers.passed_over |= doubtful - shown


def _save_open(run: ImportRun) -> None:
    """Save ``run``; RunRefused where somebody has confirmed it, or given it up, since it was read."""
    with transaction.atomic():
        _check_open(ImportRun.objects.select_for_update().filter(pk=run.pk))
        run.save()


def _collector(run: ImportRun, now: datetime) -> Collector:
    importer = IMPORTS[run.importer](actor=run.user, now=now, options=run.options)
    importer.file_name, importer.sheet, importer.headers = run.file_name, run.sheet, run.headers
    return Collector(importer, run.mapping)


def _check(
    run: ImportRun,
    rows: Iterator[Numbered],
    collector: Collector,
    answers: Answers,
    *,
    keep: bool,
    refused: Sink | None = None,
    taken: Sink | None = None,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Check the rows and put the totals into ``run``; return what the page shows of them."""
    importer = collector.importer
    ticked = Ticked(_columns(run), run.headers, run.mapping)
    collector.codes = ticked.codes
    totals = check_rows(
        importer,
        ticked.rows(rows),
        ticked.codes,
        keep=keep,
        refused=_each(collector.refuse, refused),
        taken=_each(collector.take, taken),
        progress=progress,
        answers=answers,
    )
    if keep:
        importer.finish(totals, file_name=run.file_name)
    _set_totals(run, totals)
    return collector.found(totals)


def _each(first: Sink, second: Sink | None) -> Sink:
    def both(row: Row) -> None:
        first(row)
        if second:
            second(row)

    return both


def _set_totals(run: ImportRun, totals: Totals) -> None:
    run.total, run.accepted, run.refused = totals.total, totals.accepted, totals.refused
    run.reasons = dict(totals.reasons.most_common())
    run.left, run.notes = dict(totals.left.most_common()), dict(totals.notes.most_common())


# --- The import itself --------------------------------------------------------------------------


def confirm_import(*, run: ImportRun, now: datetime, passed_over: Sequence[int] = ()) -> None:
    """Import what the preview showed: at once, or by the job when it has more rows than a user can wait for.

    ``passed_over`` are rows that the user did not choose. Confirming twice imports once (RunRefused
    the second time); so does whoever saw another check of the rows than ``run`` tells (NotSeen), and whose
    columns are not all there any more (ColumnsGone): nothing that was shown is left out without a word. Who ticked
    none of the changes of an update (NothingChosen) can tick them yet.
    """
    _refuse_gone(run)
    if run.is_previewed and IMPORTS[run.importer].is_update and run.accepted:
        changed = {one["row"] for one in read_findings(run).get("changed", ())}
        if changed <= set(passed_over):
            raise NothingChosen("没有勾选任何一行。请勾选要更新的行，再按“更新所选”。")
    waiting = ImportRun.objects.filter(pk=run.pk, state=ImportState.PREVIEWED)
    run.confirmed_at = now
    with transaction.atomic():
        if not waiting.filter(checks=run.checks).update(
            state=ImportState.RUNNING, confirmed_at=now, done_rows=0, proof=PROOF.made_of(run)
        ):
            if waiting.exists():
                raise NotSeen(
                    "这个文件刚在另一个窗口重新检查过，还没有导入。请看下面的结果，再确认。"
                )
            raise RunRefused("该文件已经确认导入，请看导入结果。")
        # Not before: a second click changes nothing of what is being imported.
        answers = read_answers(run)
        answers.passed_over = set(passed_over)
        found = read_findings(run)
        answers.shown = {one["row"]: one["changes"] for one in found.get("changed", ())}
        answers.defined = found.get("defined", {})
        write_answers(run, answers)
        # Always: if this process is killed on its way, the job does it. Else it finds it done.
        defer("core.run_import", lock=_lock(run.pk), run_id=run.pk)
    # Outside: the state is committed by now, so that others see that it runs.
    if run.total <= IMPORTS[run.importer].at_once:
        perform_import(run_id=run.pk, now=now)
    run.refresh_from_db()


def perform_import(*, run_id: int, now: datetime, progress: bool = False) -> None:
    """Import the rows of a confirmed run in one transaction; a run that has ended stays as it is.

    Killed on the way it leaves nothing behind and can be called again. What goes wrong is kept as
    the run's state and logged.
    """
    run = ImportRun.objects.select_related("user").filter(pk=run_id).first()
    if run is None:
        return  # given up and expired meanwhile
    try:
        with transaction.atomic():
            # A worker given up may still be at it: who comes second waits, and finds it done.
            lock_transaction(_lock(run_id))
            run.refresh_from_db(fields=["state"])
            if run.state != ImportState.RUNNING:
                return
            # Rights and fields may have changed while it waited for a worker.
            if refusal := columns_gone(run) if stands(run, now=now) else FORGED:
                over = ImportRun.objects.filter(pk=run_id)
                over.update(state=ImportState.FAILED, finished_at=now, error=refusal)
                return
            with one_look():
                _import(run, now=now, progress=progress)
    except StoreDown:
        raise  # nothing is wrong with the file: the job tries again
    except Exception:
        logger.exception("import %s failed", run_id)
        # After its transaction has gone, with all rows.
        ImportRun.objects.filter(pk=run_id, state=ImportState.RUNNING).update(
            state=ImportState.FAILED,
            finished_at=now,
            error="导入时出错，没有导入任何行。请重新上传；若再次失败，请联系管理员查看日志。",
        )
    run.upload.remove()
    run.answers.remove()


def _lock(run_id: int) -> str:
    return f"import-{run_id}"


def _import(run: ImportRun, *, now: datetime, progress: bool) -> None:
    collector, answers = _collector(run, now), read_answers(run)
    with (
        RefusedSheet(run.headers, collector) as sheet,
        _progress(run, progress) as tell,
        closing(_rows(run, _look(run))) as rows,
    ):
        found = _check(
            run,
            below(rows, run.header_row, run.headers, collector.importer.titles),
            collector,
            answers,
            keep=True,
            refused=sheet.add,
            taken=sheet.taken,
            progress=tell,
        )
    run.refused_table.write(sheet.content)
    _remember(run, answers)
    write_findings(run, **found)
    run.partial, run.done_rows = False, run.total
    run.state, run.finished_at = ImportState.DONE, now
    run.save()


def _remember(run: ImportRun, answers: Answers) -> None:
    told = read_findings(run).get("told", {})
    headers = {with_remark(header): code for header, code in told.items()}
    forget(run.user, run.importer, answers.declined)
    # What he said of files before is remembered, unless he has taken it back or changed it since.
    words = _of_any_list(run, answers.explained())
    remember(run.user, run.importer, words | {HEADER: headers})


@contextmanager
def _progress(run: ImportRun, wanted: bool) -> Iterator[Callable[[int], None] | None]:
    """Tell how far the run is over a connection of its own: its transaction is not yet visible."""
    if not wanted:
        yield None
        return
    other = connection.copy()
    with other.cursor() as cursor:
        # Hundreds of times it would wait for the disk; what is told need not outlive the server.
        cursor.execute("SET synchronous_commit TO off")

    def tell(rows: int) -> None:
        with other.cursor() as cursor:
            cursor.execute("UPDATE core_importrun SET done_rows = %s WHERE id = %s", [rows, run.pk])

    try:
        yield tell
    finally:
        other.close()


# --- Its end ------------------------------------------------------------------------------------


@transaction.atomic
def resume_import(*, run: ImportRun) -> None:
    """Queue a confirmed run again whose process was killed. Refuses one that is being imported
    (RunRefused)."""
    _stand_still(run, "正在导入，请稍候。")
    if run.state == ImportState.RUNNING:
        defer("core.run_import", lock=_lock(run.pk), run_id=run.pk)


@transaction.atomic
def discard_import(*, run: ImportRun) -> None:
    """Forget the files of a run and what was found in them; the row stays until it expires, since
    uploads are counted. Refuses one that is being imported, or is done (RunRefused); one whose process
    was killed can be given up, since nothing of it is there."""
    _stand_still(run, "正在导入，不能放弃。")
    if run.is_done:
        done = "更新" if IMPORTS[run.importer].is_update else "导入"
        raise RunRefused(f"这个文件已经{done}，不能再放弃：{done}的结果见下面。")
    _remove_files(run)
    run.state, run.reasons, run.left, run.notes = ImportState.DISCARDED, {}, {}, {}
    run.save()


def stands_still(run: ImportRun, *, now: datetime) -> bool:
    """Tell whether a confirmed run waits although a worker should long have been at it: it can be queued
    again, or given up."""
    if not run.is_running or (run.confirmed_at and now < run.confirmed_at + STILL_AFTER):
        return False
    with transaction.atomic():
        return try_lock_transaction(_lock(run.pk))


def jobs_before_run(run: ImportRun, *, now: datetime) -> int:
    """Return how many other jobs are done before a confirmed run; 0 where a process is at it."""
    if not run.is_running or run.done_rows:
        return 0
    return jobs_before("core.run_import", now=now, run_id=run.pk)


def _stand_still(run: ImportRun, refusal: str) -> None:
    """Refuse a run at which a process works; nobody begins before the transaction ends."""
    if not try_lock_transaction(_lock(run.pk)):
        raise RunRefused(refusal)
    run.refresh_from_db()


def _forget(run: ImportRun) -> None:
    _remove_files(run)
    run.delete()


def _remove_files(run: ImportRun) -> None:
    for file in run.waiting_files():
        file.remove()


def remove_expired_imports(*, now: datetime) -> int:
    """Forget the runs that have expired, with their files, and what a killed
    process left; return how many."""
    removed = 0
    for run in ImportRun.objects.filter(expires_at__lte=now):
        with transaction.atomic():
            # One that is being imported at this moment stays.
            if try_lock_transaction(_lock(run.pk)):
                _forget(run)
                removed += 1
    named = {file.name for run in ImportRun.objects.all() for file in run.waiting_files()}
    remove_unnamed(FOLDER, named, now=now)
    return removed


def started_imports(user: Any, importer: str) -> QuerySet[ImportRun]:
    """Return the runs of ``importer`` that ``user`` started: those first that wait for him, of each the newest."""
    waits = Case(When(state__in=(*OPEN, ImportState.RUNNING), then=0), default=1)
    return ImportRun.objects.filter(user=user, importer=importer).order_by(
        waits, "-created_at", "-pk"
    )


def own_imports(user: Any, importer: str) -> QuerySet[ImportRun]:
    """Return those of `started_imports` that ``user`` did not give up."""
    return started_imports(user, importer).exclude(state=ImportState.DISCARDED)


def _require(run: ImportRun, *states: str) -> None:
    if run.state not in states:
        raise RunRefused("该文件已经确认导入，请看导入结果。")
