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
TRIES = 4  # to save a chunk
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
    order of the sheet, ``taken`` for the others, once its chunk is saved: the database takes one while the next one is
    read and cleaned. ``progress`` as `_Progress` tells it. Empty rows, the sample row of the template, and sums
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
    told = _Progress(importer, totals, progress)
    source = told.reading(read)

    def settle(chunk: list[Row], saving: Iterator[None]) -> None:
        for _ in saving:
            pass
        _sort(chunk, reader, refused, taken)
        if chunk:
            told.settled()

    before: list[Row] = []
    saving: Iterator[None] = iter(())
    while chunk := list(islice(source, importer.chunk_rows)):
        _inspect(importer, chunk)
        settle(before, saving)
        _validate(importer, chunk)
        before, saving = chunk, _saving(importer, chunk, answers, told) if keep else iter(())
        next(saving, None)
    settle(before, saving)
    return totals


def _sort(chunk: Iterable[Row], reader: RowReader, refused: Sink, taken: Sink | None) -> None:
    """Count the rows of a chunk, whatever becomes of each."""
    for row in chunk:
        if row.into:  # counts as little as a row directly below the one with which it is one
            continue
        if row.mended and not row.faults:
            reader.tell_mended(row)
        _count(row, reader.totals, reader.importer)
        if row.faults:
            refused(row)
        elif taken:
            taken(row)


class _Progress:
    """Tells how far a run is: a row that is read is half done, the other half as it is saved. Of an update, whose rows
    are changed one by one, only those that are saved count: each is one record that has changed."""

    def __init__(
        self, importer: Importer, totals: Totals, tell: Callable[[int], None] | None
    ) -> None:
        self._totals, self._tell, self._is_update = totals, tell, importer.is_update
        self._given = 0  # rows of the chunk on its way into the database

    def reading(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield ``rows``, and tell of them now and then."""
        for at, row in enumerate(rows, 1):
            if self._tell and not (at % TOLD_ROWS or self._is_update):
                done = self._totals.total + self._given
                self._tell(done + (at - done) // 2)
            yield row

    def saved(self, rows: int, of: int, chunk: int) -> None:
        """Tell that ``rows`` ``of`` those of a ``chunk`` that are taken were given to the database."""
        self._given = chunk
        if self._tell and self._is_update:
            self._tell(self._totals.accepted + rows)
        elif self._tell:
            self._tell(self._totals.total + int(chunk * (1 + rows / (of or 1)) / 2))

    def settled(self) -> None:
        """Tell that the chunk is saved."""
        self._given = 0
        if self._tell:
            self._tell(self._totals.accepted if self._is_update else self._totals.total)


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


def _inspect(importer: Importer, chunk: list[Row]) -> None:
    """Check each row of a chunk by itself."""
    for row in chunk:
        told = {fault.code for fault in row.faults if fault.code}  # of one cell once
        row.faults += [fault for fault in importer.inspect(row) if fault.code not in told]


def _saving(
    importer: Importer, chunk: list[Row], answers: Answers, told: _Progress
) -> Iterator[None]:
    """Give a chunk to the database; what it refuses shows at the next step, before which the next chunk can be read."""
    for left in reversed(range(TRIES)):
        # A savepoint: the chunks before are in the same transaction.
        point = transaction.savepoint()
        try:
            _save(importer, chunk, answers, told)
            yield
            transaction.savepoint_commit(point)
        except IntegrityError:
            if not left:  # taken again and again: no longer bad luck. The error ends the run.
                raise
            # Somebody entered one of these rows since the check: look again, it is a duplicate now.
            transaction.set_rollback(False)
            transaction.savepoint_rollback(point)
            _recheck(importer, chunk)
        else:
            return


def _save(importer: Importer, chunk: list[Row], answers: Answers, told: _Progress) -> None:
    if importer.is_update:
        _refuse_unseen(importer, chunk, answers)
    rows = [row for row in chunk if not (row.faults or row.into)]
    part = importer.saved_rows
    for at in range(0, len(rows) or 1, part):
        importer.save(rows[at : at + part])
        told.saved(min(at + part, len(rows)), len(rows), len(chunk))


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
