"""From rows of cells to rows that are kept and rows that are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from django.db import IntegrityError, transaction

from expertpool.core.importing.answers import Answers
from expertpool.core.importing.cells import RowReader, is_remark
from expertpool.core.importing.continued import Continued
from expertpool.core.importing.further import FurtherTables
from expertpool.core.importing.importer import OVER, Change, Fault, Importer, Row, Totals
from expertpool.core.importing.reading import Numbered

Sink = Callable[[Row], None]
CHANGED, REDEFINED = "档案刚被改过", "字段设置刚被改过"
TOLD_ROWS = 500  # after which it is told how far a run is
DISTINCT_WORDS = 500  # that no list has; what a user can be asked


def check_rows(
    importer: Importer,
    rows: Iterable[Numbered],
    codes: Sequence[str],
    *,
    keep: bool,
    refused: Sink,
    taken: Sink | None = None,
    progress: Callable[[int], None] | None = None,
    answers: Answers | None = None,
) -> Totals:
    """Check all ``rows`` (those below the header) in chunks; save what passes if ``keep``.

    ``codes`` say what each cell is. ``refused`` is called for every row that is not taken, in the
    order of the sheet, ``taken`` for the others; ``progress``
    with the number of rows done, of a chunk on its way with half of those that were read and the other half as they are saved; of an update only with
    those that are saved: each is one record that has changed. Empty rows, the sample row of the template, and sums
    and remarks between the rows are passed over and not counted; one person over several rows is one. ``answers`` are what the user said about words and cells.
    """
    importer.previews = not keep
    totals = Totals()
    answers = answers or Answers()
    importer.said = answers.words
    reader = RowReader(importer, codes, answers, totals)
    continued = Continued([importer.by_code.get(code) for code in codes], is_remark)
    read = (
        row
        for number, cells in continued.joined(FurtherTables(importer, codes, totals).rows(rows))
        if (row := reader.row(number, cells, further=continued.rows.get(number, ())))
    )
    source = _telling(read, totals, progress) if progress and not importer.is_update else read
    while chunk := list(islice(source, importer.chunk_rows)):
        _check_chunk(
            importer, chunk, answers, keep=keep, saved=_saved(importer, chunk, totals, progress)
        )
        for row in chunk:
            if row.into:  # counts as little as a row directly below the one with which it is one
                continue
            if row.mended and not row.faults:
                reader.tell_mended(row)
            _count(row, totals, importer)
            if not row.faults:
                if taken:
                    taken(row)
            else:
                refused(row)
        if progress:
            progress(totals.accepted if importer.is_update else totals.total)
    return totals


def _telling(rows: Iterable[Row], totals: Totals, progress: Callable[[int], None]) -> Iterator[Row]:
    """Tell ``progress`` within a chunk, too: a row that is read is half done."""
    for at, row in enumerate(rows, 1):
        if not at % TOLD_ROWS:
            progress(totals.total + (at - totals.total) // 2)
        yield row


def _count(row: Row, totals: Totals, importer: Importer) -> None:
    totals.total += 1
    if row.faults:
        totals.reasons[row.faults[0].reason] += 1
        totals.known += row.faults[0].is_known
        totals.waiting += all(fault.word for fault in row.faults)
        for fault in row.faults:
            if fault.word:
                _count_word((fault.code, fault.word), totals, hinders=True)
    else:
        totals.accepted += 1
        for fault in row.left:
            totals.left[fault.reason] += 1
        for note in row.notes:
            totals.notes[note.kind] += 1
        totals.lacking.update(importer.lacks(row))
    for word in row.words:
        _count_word(word, totals)


def _count_word(word: tuple[str, str], totals: Totals, *, hinders: bool = False) -> None:
    if word in totals.words or len(totals.words) < DISTINCT_WORDS:
        totals.words[word] += 1
        if hinders:
            totals.hindering.add(word)


def _saved(
    importer: Importer,
    chunk: Sequence[Row],
    totals: Totals,
    progress: Callable[[int], None] | None,
) -> Callable[[int, int], None]:
    """Return how it is told which part of a chunk is saved: the other half of what is to be done; of an update, whose
    rows are changed one by one, how many are."""

    def tell(saved: int, of: int) -> None:
        if not progress:
            return
        if importer.is_update:
            progress(totals.accepted + saved)
        else:
            progress(totals.total + int(len(chunk) * (1 + saved / (of or 1)) / 2))

    return tell


def _check_chunk(
    importer: Importer,
    chunk: list[Row],
    answers: Answers,
    *,
    keep: bool,
    saved: Callable[[int, int], None],
) -> None:
    """Check the rows of one chunk against each other and the database, and save them."""
    for row in chunk:
        told = {fault.code for fault in row.faults if fault.code}  # of one cell once
        row.faults += [fault for fault in importer.inspect(row) if fault.code not in told]
    _validate(importer, chunk)
    if not keep:
        return
    for _ in range(3):
        try:
            # A savepoint: the chunks before are in the same transaction.
            with transaction.atomic():
                _save(importer, chunk, answers, saved)
                return
        except IntegrityError:
            # Somebody entered one of these rows since the check: look again, it is a duplicate now.
            _recheck(importer, chunk)
    # Taken again and again: no longer bad luck. The error ends the run.
    _save(importer, chunk, answers, saved)


def _save(
    importer: Importer, chunk: list[Row], answers: Answers, saved: Callable[[int, int], None]
) -> None:
    if importer.is_update:
        _refuse_unseen(importer, chunk, answers)
    rows = [row for row in chunk if not (row.faults or row.into)]
    part = importer.saved_rows
    for at in range(0, len(rows) or 1, part):
        importer.save(rows[at : at + part])
        saved(min(at + part, len(rows)), len(rows))


def _refuse_unseen(importer: Importer, chunk: list[Row], answers: Answers) -> None:
    """Refuse what changes something else than its reader has approved: nobody overwrites unseen. Where the rule of
    a field is another now, that is the reason, and no change of the record."""
    defined = importer.definitions()
    # Of those that were shown some were not chosen: so further ones stay within what one run takes, and nobody saw them.
    last = max(answers.shown, default=0) if 0 < importer.most <= len(answers.shown) else None
    for row in chunk:
        if row.faults:
            continue
        if last is not None and row.number > last:
            row.faults.append(Fault("", OVER, f"一次最多 {importer.most} 行，请再上传一次。"))
            continue
        shown = [Change(**one) for one in answers.shown.get(row.number, ())]
        unseen = {one.content for one in shown} ^ {one.content for one in row.changes}
        codes = sorted({code for code, _, _ in unseen} & defined.keys())
        row.faults += (
            _redefined(importer, code, answers.defined.get(code, {}), defined[code])
            for code in codes
            if answers.defined.get(code) != defined[code]
        )
        if unseen and not row.faults:
            row.faults.append(
                Fault("", CHANGED, "您核对之后有人改过这份档案，请重新上传后再核对。")
            )


def _redefined(
    importer: Importer, code: str, before: Mapping[str, str], now: Mapping[str, str]
) -> Fault:
    """Return that the rule of a column is another than it was when its rows were checked."""
    other = "、".join(name for name, said in now.items() if before.get(name) != said)
    label = importer.by_code[code].header
    return importer.fault(
        code, REDEFINED, f"您核对之后，字段“{label}”的{other}改过，请重新上传后再核对。"
    )


def _validate(importer: Importer, rows: list[Row]) -> None:
    sound = [row for row in rows if not row.faults]
    importer.prepare(sound)
    for row in sound:
        fault = importer.validate(row)
        if fault:
            row.faults.append(fault)


def _recheck(importer: Importer, chunk: list[Row]) -> None:
    sound = [row for row in chunk if not row.faults]
    importer.forget(sound)
    _validate(importer, sound)
