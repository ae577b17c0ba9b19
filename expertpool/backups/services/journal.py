"""The database's journal, kept beside its backups: with it all that was written until some minutes ago can be
restored, or any moment since a backup.

    DIR/journal/20261201T083512.034512Z-00000001000000000000002B.gz[.age] a piece, by when the server finished it
                20261201T100001.500000Z-00000002.history        where a restored server began a line of its own
                files.jsonl                                     stored files that came since the backups

A piece continues the one before on its line; a line begins within a piece of the line before. What is missing is seen
by the numbers, and nothing after it is used.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from pyrage.x25519 import Identity

from expertpool.backups.exceptions import BackupDamaged, BackupRefused
from expertpool.backups.queries import backups_in, last_done, last_made
from expertpool.backups.services import manifest as manifests
from expertpool.backups.services.making import STATE, alone, known_files
from expertpool.backups.services.manifest import Manifest, StoredFile
from expertpool.backups.services.sealing import SUFFIX, put, take
from expertpool.backups.services.server import Server, server
from expertpool.backups.services.stored_files import store_named
from expertpool.core.sizes import MEGABYTE
from expertpool.core.storing import KEPT_FOLDERS
from expertpool.core.text import moment_text

FOLDER, FILES = "journal", "files.jsonl"
PIECE_BYTES = 16 * MEGABYTE
PIECE_NAME = 24  # digits
PIECES_A_NUMBER = 2**32 // PIECE_BYTES  # the last eight digits of a name go up to here
MOST_AT_ONCE = 60  # a job takes; those that follow take the rest
MOST_WAITING = 256  # pieces, four gigabytes: what cannot be kept must not fill the disk of the data
MOMENT = "%Y%m%dT%H%M%S.%fZ"
SLACK = timedelta(hours=1)  # a row may be older than the moment at which others see it

_PIECE = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})\.gz(?:\.age)?")
_LINE = re.compile(r"\d{8}T\d{6}\.\d{6}Z-([0-9A-F]{8})\.history")
_HANDED_OUT = re.compile(r"[0-9A-F]{24}|[0-9A-F]{8}\.history")
_WRITTEN = re.compile(r"desc: (?:COMMIT|ABORT)\w* (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)")


@dataclass(frozen=True, order=True)
class Piece:
    """A finished piece of the journal, in the order in which they were written."""

    line: int
    number: int
    finished: datetime
    path: Path

    @property
    def name(self) -> str:
        """As the server calls it."""
        return self.path.name.partition("-")[2][:PIECE_NAME]


@dataclass(frozen=True)
class Replay:
    """What is written over a restored backup, up to ``to`` or, without, to the end of the last piece."""

    pieces: list[Piece]
    to: datetime | None

    @property
    def until(self) -> datetime:
        return self.to or self.pieces[-1].finished


# --- Keeping ---------------------------------------------------------------------------------------


def keep() -> list[Path]:
    """Take over what the server has handed out, and the stored files that came since the newest backup; return what
    was written. Without a backup, on which it would build, or where the office keeps none, it is let go.

    BackupRefused while a backup is being made: it is taken over afterwards.
    """
    source, directory = server(), settings.BACKUP_DIR
    waiting = _waiting(source)
    if not waiting:
        return []
    newest = next(reversed(list(backups_in(directory))), None)
    if newest is None:
        _let_go(waiting)
        return []
    try:
        with alone(directory):
            return _keep(source, directory, manifests.read_manifest(newest), waiting[:MOST_AT_ONCE])
    finally:
        # Where nothing can be kept for hours, the oldest go: what comes after is of use with the next backup.
        _let_go(_waiting(source)[:-MOST_WAITING])


def let_go() -> None:
    """Delete what the server has handed out: the office keeps no journal."""
    _let_go(_waiting(server()))


def _waiting(source: Server) -> list[Path]:
    folder = source.handed_out
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(path for path in found if path.suffix != ".part")


def _let_go(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _keep(source: Server, directory: Path, newest: Manifest, waiting: list[Path]) -> list[Path]:
    folder = directory / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    stage = source.home / "journal.part"  # in clear only where the data are anyway
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir(mode=0o700)
    to = tuple(settings.BACKUP_RECIPIENTS)
    try:
        # Before the pieces: what a row of them names lies there.
        kept = _keep_files(directory, newest, to, stage)
        for path in waiting:
            if _HANDED_OUT.fullmatch(path.name):
                kept += _keep_piece(path, folder, to, stage)
            path.unlink()
    finally:
        shutil.rmtree(stage, ignore_errors=True)
    return kept


def _keep_piece(path: Path, folder: Path, to: Sequence[str], stage: Path) -> list[Path]:
    is_line = path.suffix == ".history"
    if not is_line and path.stat().st_size != PIECE_BYTES:
        return []  # torn by a power cut; that it is missing is seen
    finished = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    target = folder / f"{finished.strftime(MOMENT)}-{path.name}"
    if is_line:
        plain, to = path, ()
    else:
        plain = stage / "piece.gz"
        with path.open("rb") as reader, gzip.open(plain, "wb", compresslevel=1) as writer:
            shutil.copyfileobj(reader, writer, MEGABYTE)
        target = target.with_name(f"{target.name}.gz{SUFFIX if to else ''}")
    part = folder / ".part"
    part.unlink(missing_ok=True)
    put(plain, part, to)
    part.replace(target)
    _sync(folder)
    if plain != path:
        plain.unlink()
    return [target]


def _keep_files(directory: Path, newest: Manifest, to: Sequence[str], stage: Path) -> list[Path]:
    since = newest.at - SLACK
    names = (name for folder in KEPT_FOLDERS for name in folder.named(since))
    known = known_files(directory, to) | noted_files(directory)
    stored = store_named([name for name in names if name not in known], directory, to, stage)
    if not stored:
        return []
    with (directory / FOLDER / FILES).open("a") as file:
        file.writelines(map(_noted, stored.items()))
        file.flush()
        os.fsync(file.fileno())
    pool = [manifests.pool_file(directory, one.stored) for one in stored.values()]
    return [*pool, directory / FOLDER / FILES]


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def remove_older(directory: Path, *, before: datetime) -> list[str]:
    """Delete the pieces that were finished before, and what builds on no backup; return their names in
    ``directory``. Where lines begin is kept for good: a number that was used is not used again."""
    with alone(directory):
        first = next(backups_in(directory), None)
        oldest = manifests.read_manifest(first).at if first else datetime.max.replace(tzinfo=UTC)
        before = max(before, oldest)
        gone = [piece for piece in pieces_in(directory) if piece.finished < before]
        _let_go(piece.path for piece in gone)
        _forget_noted(directory, before)
        return [f"{FOLDER}/{piece.path.name}" for piece in gone]


def _forget_noted(directory: Path, before: datetime) -> None:
    """What came before is in a backup."""
    noted = noted_files(directory)
    left = {name: one for name, one in noted.items() if datetime.fromisoformat(one.at) >= before}
    if left != noted:
        part = directory / FOLDER / f".{FILES}"
        part.write_text("".join(map(_noted, left.items())))
        part.replace(directory / FOLDER / FILES)


def _noted(file: tuple[str, StoredFile]) -> str:
    name, one = file
    return json.dumps({"name": name, **asdict(one)}, ensure_ascii=False) + "\n"


# --- What there is ---------------------------------------------------------------------------------


def pieces_in(directory: Path) -> list[Piece]:
    found = []
    for path in _folder(directory):
        if named := _PIECE.fullmatch(path.name):
            at, line, high, low = named.groups()
            finished = datetime.strptime(at, MOMENT).replace(tzinfo=UTC)
            number = int(high, 16) * PIECES_A_NUMBER + int(low, 16)
            found.append(Piece(int(line, 16), number, finished, path))
    return sorted(found)


def _folder(directory: Path) -> Iterator[Path]:
    folder = directory / FOLDER
    return folder.iterdir() if folder.is_dir() else iter(())


def _lines(directory: Path) -> dict[int, Path]:
    found = {}
    for path in sorted(_folder(directory)):
        if named := _LINE.fullmatch(path.name):
            found[int(named[1], 16)] = path
    return found


def noted_files(directory: Path) -> dict[str, StoredFile]:
    """Return the stored files that came between backups. A last line that a power cut tore is none."""
    try:
        lines = (directory / FOLDER / FILES).read_text().splitlines()
    except FileNotFoundError:
        return {}
    found = {}
    for number, line in enumerate(lines, 1):
        try:
            one = json.loads(line)
            name = one.pop("name")
            found[name] = StoredFile(**one)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            if number < len(lines):
                raise BackupDamaged(
                    f"{FOLDER}/{FILES} 第 {number} 行读不出来（{error}）。"
                ) from None
    return found


def following(directory: Path, manifest: Manifest) -> list[Piece]:
    """Return the pieces that continue the backup without a gap, those of later lines, too."""
    pieces = pieces_in(directory)
    if not pieces:
        return []
    line, end = _end_of(directory / manifest.name)
    # By line, the last piece of which everything up to there is there. Of the backup's own it is in the backup, too.
    reached, lines = {line: end // PIECE_BYTES}, _lines(directory)
    found: list[Piece] = []
    for piece in pieces:
        if piece.line not in reached and piece.line in lines:
            parent, begun = _begin_of(lines[piece.line])
            is_ours = begun >= end if parent == line else parent in reached
            if is_ours and piece.number == begun // PIECE_BYTES <= reached[parent] + 1:
                reached[piece.line] = piece.number - 1
        last = reached.get(piece.line)
        if last is not None and (
            piece.number == last + 1 or (piece.number == last and piece.line == line and not found)
        ):
            reached[piece.line] = piece.number
            found.append(piece)
    return found


def _end_of(folder: Path) -> tuple[int, int]:
    """Return the line and the place in the journal where the copy of the database ended."""
    try:
        last = json.loads((folder / STATE).read_text())["WAL-Ranges"][-1]
        return int(last["Timeline"]), _place(last["End-LSN"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise BackupDamaged(f"备份 {folder.name} 的 {STATE} 读不出来（{error}）。") from None


def _begin_of(path: Path) -> tuple[int, int]:
    """Return the line from which this one parted, and where."""
    rows = [row.split() for row in path.read_text().splitlines() if row.strip() and row[0] != "#"]
    return int(rows[-1][0]), _place(rows[-1][1])


def _place(text: str) -> int:
    high, _, low = text.partition("/")
    return int(high, 16) << 32 | int(low, 16)


def kept_until(directory: Path, manifest: Manifest) -> datetime | None:
    """Return until when everything can be restored over the backup; None for no longer than the backup itself."""
    found = following(directory, manifest)
    return found[-1].finished if found else None


def protected_until(*, now: datetime) -> datetime | None:
    """Return until when everything can be restored over the last backup, where the journal goes on from it; None where
    a newer one is bad, which a restore would take."""
    directory, last, newest = settings.BACKUP_DIR, last_done(now=now), last_made(now=now)
    if last is None or newest is None or newest.name != last.name:
        return None
    try:
        return kept_until(directory, manifests.read_manifest(directory / last.name))
    except BackupRefused:  # it is not whole, which others tell
        return None


def waiting_since() -> datetime | None:
    """Return when the oldest piece was finished that nobody has kept yet."""
    waiting = [path for path in _waiting(server()) if len(path.name) == PIECE_NAME]
    times = [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in waiting]
    return min(times, default=None)


# --- Restoring -------------------------------------------------------------------------------------


def chosen(directory: Path, to: datetime | None) -> tuple[Path, Manifest, Replay | None]:
    """Return where backups lie, which one is restored, and what is written over it: all there is, or up to ``to``.
    BackupRefused for a time of which nothing has been kept. A backup that is named, by its folder or by the minute in
    which it began, is restored as it is."""
    is_second = to is not None and bool(to.second or to.microsecond)
    try:
        place, backup = manifests.chosen_backup(directory, to)
    except BackupRefused as refused:
        return _reaching(directory, to) or _refuse(directory, refused)
    if place != directory:
        return place, backup, None
    if to is None:
        return place, backup, _replay(directory, backup, None)
    return (is_second and _reaching(directory, to)) or (place, backup, None)


def _reaching(directory: Path, to: datetime | None) -> tuple[Path, Manifest, Replay] | None:
    for folder in reversed(list(backups_in(directory)) if to else []):
        backup = manifests.read_manifest(folder)
        if to and datetime.fromisoformat(backup.finished_at) <= to:
            replay = _replay(directory, backup, to)
            if replay:
                return directory, backup, replay
    return None


def _refuse(directory: Path, refused: BackupRefused) -> NoReturn:
    newest = next(reversed(list(backups_in(directory))), None)
    until = kept_until(directory, manifests.read_manifest(newest)) if newest else None
    if until is None:
        raise refused
    message = f"{moment_text(until)} 之后的数据库日志没有保存，或中间缺了一段。{refused}"
    raise BackupRefused(message) from None


def _replay(directory: Path, backup: Manifest, to: datetime | None) -> Replay | None:
    found = following(directory, backup)
    if to is None:
        return Replay(found, None) if found else None
    last = next((number for number, piece in enumerate(found, 1) if piece.finished >= to), None)
    return Replay(found[:last], to) if last else None


def lay(
    replay: Replay | None, directory: Path, data: Path, work: Path, keys: Sequence[Identity]
) -> str:
    """Put the pieces where the server of ``data`` goes through them; return what it has to be told."""
    into = data / "pg_wal"
    for line, path in _lines(
        directory
    ).items():  # also without pieces: the new line gets another number
        _put_there(into, f"{line:08X}.history", path.read_bytes())
    if replay is None:
        return "recovery_target_timeline = 'current'\n"
    packed = work / "piece.gz"
    for piece in replay.pieces:
        take(piece.path, packed, keys)
        try:
            _unpack(packed, into / piece.name)
        except (OSError, EOFError) as error:
            raise BackupDamaged(f"数据库日志 {piece.path.name} 无法解开（{error}）。") from None
        packed.unlink()
        (into / "archive_status" / f"{piece.name}.done").touch()
    return _target(replay, into)


def _put_there(into: Path, name: str, content: bytes) -> None:
    (into / name).write_bytes(content)
    # It was handed out once: not again.
    (into / "archive_status").mkdir(mode=0o700, exist_ok=True)
    (into / "archive_status" / f"{name}.done").touch()


def _unpack(packed: Path, target: Path) -> None:
    """Of most pieces most is nothing, which takes no room."""
    empty = bytes(2**16)
    target.unlink(missing_ok=True)
    with gzip.open(packed) as reader, target.open("xb") as writer:
        while block := reader.read(len(empty)):
            if block == empty:
                writer.seek(len(block), os.SEEK_CUR)
            else:
                writer.write(block)
        writer.truncate()


def _target(replay: Replay, into: Path) -> str:
    last = replay.pieces[-1]
    said = [f"recovery_target_timeline = '{last.line}'\n"]
    # The server refuses a moment after which nothing is written: then it is the end of the piece.
    if replay.to and _is_written_after(replay.to, into / last.name):
        said += [
            f"recovery_target_time = '{replay.to.isoformat(sep=' ')}'\n",
            "recovery_target_action = 'promote'\n",
        ]
    return "".join(said)


def _is_written_after(moment: datetime, piece: Path) -> bool:
    said = server().run_tool("pg_waldump", "--rmgr=Transaction", str(piece))
    times = [datetime.fromisoformat(text).astimezone() for text in _WRITTEN.findall(said)]
    return any(time > moment for time in times)
