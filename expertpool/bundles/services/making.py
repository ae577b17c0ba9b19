"""A bundle is asked for, and made by a job: the files of all parts that its maker may see, in one ZIP with the list of them."""

from __future__ import annotations

import hashlib
import json
import logging
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

import vdraw.verify
from expertpool.accounts.models import User
from expertpool.audit.queries import chain_head
from expertpool.audit.services import join_branches, record
from expertpool.bundles.checking import verify
from expertpool.bundles.enums import CHECKS, FILE, BundleState, Part
from expertpool.bundles.exceptions import BundleRefused
from expertpool.bundles.models import Bundle
from expertpool.bundles.queries.rights import NO_RIGHT, why_not
from expertpool.bundles.services.contents import Asked, Piece, pieces_of
from expertpool.core.jobs import defer
from expertpool.core.mandates import FORGED, stands, unless_undone
from expertpool.core.storing import StoreDown
from expertpool.core.text import moment_text
from expertpool.draws.queries.draws import draws_of
from expertpool.files.exceptions import FileRefused
from expertpool.files.models import Attachment
from expertpool.files.queries import opened
from expertpool.files.services import attach, our_archive
from expertpool.projects.models import Project
from expertpool.projects.services.state import lock_project
from expertpool.reviews.services.result_files import CHECKER as REVIEW_CHECKER

logger = logging.getLogger(__name__)
MOST_A_DAY = 10  # of one project, by hand: each is kept for good
DAY = timedelta(days=1)
FOLDER = "核验"
# The programs by which a bundle is checked, under the names by which they find each other.
PROGRAMS = {
    "verify_bundle.py": Path(verify.__file__),
    "verify_draw.py": Path(vdraw.verify.__file__),
    "verify_review.py": REVIEW_CHECKER,
}
ABOUT = """证据包：{project}（{number}）

{made} 生成。「清单.json」列出每个文件的大小和 SHA-256，以及生成时操作日志的链长和链头。

怎样核验（任何装有 Python 3.10 以上的电脑，不需要本系统）：
1. 把「核验」文件夹解压出来；为防核验程序本身被换，最好用从本系统另外取得的。
2. 运行：python3 核验/verify_bundle.py 证据包.zip 清单摘要
   清单摘要在系统中这份证据包的页面和操作日志「生成证据包」里；不写清单摘要也能核验，但要自己与之对照。
装有本系统的电脑上运行：expertpool verify-bundle 证据包.zip 清单摘要

核验的内容：每个文件与清单相同，没有多、没有少；抽取记录重新核验，评审结果按规则重新计算；操作日志逐条核对摘要和链哈希，并与封存值、结果摘要对上。
"""


@transaction.atomic
def ask_for_bundle(
    *, project: Project, actor: User, now: datetime, is_archive: bool = False
) -> Bundle:
    """Queue a bundle of ``project`` as ``actor`` may see it; ``is_archive``: whole, as it was archived. Logs who asked.

    Refuses (BundleRefused) a second one while his first is being made, and more than ten by hand in a day.
    """
    lock_project(project)
    known = Bundle.objects.filter(project=project)
    if not is_archive:
        if known.filter(asked_by=actor, is_archive=False, finished_at__isnull=True).exists():
            raise BundleRefused("您的证据包正在生成，请稍候。")
        lately = known.filter(is_archive=False, asked_at__gt=now - DAY)
        if lately.count() >= MOST_A_DAY:
            raise BundleRefused(
                f"这个项目一天内已生成 {MOST_A_DAY} 份证据包，请下载已有的，或明天再生成。"
            )
    bundle = Bundle.objects.create(
        project=project, asked_by=actor, asked_at=now, is_archive=is_archive
    )
    why = "归档" if is_archive else ""
    record("bundle.ask", actor=actor, now=now, subject=project, note=why)
    defer("bundles.make", lock=f"bundle-{bundle.pk}", bundle_id=bundle.pk)
    return bundle


def make_bundle(*, bundle_id: int, now: datetime) -> None:
    """Make the file of a bundle that was asked for, keep it and log its digest; one that is over stays as it is.

    What its maker may see is asked now. What goes wrong is kept as its state and logged; that no file can be stored
    raises StoreDown.
    """
    bundle = Bundle.objects.select_related("project__department", "asked_by").get(pk=bundle_id)
    if bundle.is_over:
        return
    with transaction.atomic():
        if not stands(bundle, now=now):
            forged = Bundle.objects.filter(pk=bundle.pk)
            forged.update(state=BundleState.FAILED, finished_at=now, error=FORGED)
            return
    join_branches(now=now)  # what it takes of the log has its place there
    _update(bundle, state=BundleState.RUNNING, done=0)
    try:
        # Nameless: nothing of it is left where the process is killed.
        with TemporaryFile() as stream:
            listed = _write(bundle, stream, now)
            _keep(bundle, stream, listed, now)
    except StoreDown:
        raise
    except Exception:
        logger.exception("bundle %s failed", bundle.pk)
        error = "生成时出错，请重新生成；若再次失败，请联系管理员查看日志。"
        _update(bundle, state=BundleState.FAILED, finished_at=now, error=error)


def _write(bundle: Bundle, stream: IO[bytes], now: datetime) -> _List:
    asked = Asked(bundle.project, bundle.asked_by, now)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        listed = _List(archive, now)
        for part in Part:
            if reason := _kept_from(part, bundle, now):
                listed.withhold(str(part.label), reason)
            else:
                listed.add_part(part, pieces_of(part, asked))
            _update(bundle, done=bundle.done + 1)
        for name, path in PROGRAMS.items():
            listed.add(CHECKS, f"{FOLDER}/{name}", path.read_bytes())
        listed.add(CHECKS, "说明.txt", _about(bundle, now).encode())
        listed.close(bundle)
    return listed


def _kept_from(part: Part, bundle: Bundle, now: datetime) -> str:
    user = None if bundle.is_archive else bundle.asked_by
    if user is not None and not user.is_active:
        return NO_RIGHT
    return why_not(part, bundle.project, user, now=now)


def _about(bundle: Bundle, now: datetime) -> str:
    return ABOUT.format(
        project=bundle.project.name,
        number=bundle.project.number,
        made=f"{moment_text(now)} 由 {bundle.asked_by.name}",
    )


class _List:
    """The list of what goes into the ZIP, and the way into it."""

    def __init__(self, archive: zipfile.ZipFile, now: datetime) -> None:
        self.archive, self.now = archive, now
        self.files: list[dict[str, Any]] = []
        self.parts: list[str] = []
        self.withheld: list[dict[str, str]] = []
        self.names: set[str] = set()
        self.digest = ""

    def withhold(self, label: str, reason: str) -> None:
        self.withheld.append({"label": label, "reason": reason})

    def add_part(self, part: Part, pieces: Iterator[Piece]) -> None:
        before = len(self.files)
        for piece in pieces:
            if isinstance(piece.content, str):
                self.withhold(f"{part.label}：{piece.name}", piece.content)
                continue
            name = self._free(f"{part.label}/{_clean(piece.name)}")
            if isinstance(piece.content, bytes):
                self.add(part, name, piece.content)
            else:
                self._add_file(part, name, piece.content)
        if len(self.files) > before:
            self.parts.append(part)

    def add(self, part: str, path: str, content: bytes) -> None:
        self.archive.writestr(self._entry(path), content)
        self._note(part, path, len(content), hashlib.sha256(content).hexdigest())

    def _add_file(self, part: Part, path: str, file: Attachment) -> None:
        try:
            source = opened(file)
        except FileRefused as refusal:
            self.withhold(f"{part.label}：{file.name}", str(refusal))
            return
        digest, size, entry = hashlib.sha256(), 0, self._entry(path)
        entry.compress_type = zipfile.ZIP_STORED  # pictures, films and PDF are packed
        with source, self.archive.open(entry, "w", force_zip64=True) as target:
            try:
                for piece in source.chunks():
                    digest.update(piece)
                    size += len(piece)
                    target.write(piece)
            except (
                FileRefused
            ) as refusal:  # altered on: what opens stands there, and its digest tells
                self.withhold(f"{part.label}：{file.name}", str(refusal))
        if digest.digest() != bytes(file.sha256):
            self.withhold(path, "存放的文件与上传时的 SHA-256 不同，被改动过，照现状收入")
        self._note(part, path, size, digest.hexdigest())

    def _entry(self, path: str) -> zipfile.ZipInfo:
        entry = zipfile.ZipInfo(path, timezone.localtime(self.now).timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        return entry

    def _note(self, part: str, path: str, size: int, digest: str) -> None:
        self.names.add(_plain(path))
        self.files.append({"path": path, "size": size, "sha256": digest, "part": str(part)})

    def _free(self, path: str) -> str:
        """Return ``path``, or with a number where there is such a file."""
        stem, dot, ending = path.rpartition(".")
        n, name = 1, path
        while _plain(name) in self.names:
            n += 1
            name = f"{stem} ({n}){dot}{ending}"
        return name

    def close(self, bundle: Bundle) -> None:
        """Write the list itself, last: it says what the log was then."""
        head = chain_head()
        content = {
            "format": verify.FORMAT,
            "project": {"number": bundle.project.number, "name": bundle.project.name},
            "made_at": self.now.isoformat(timespec="seconds"),
            "made_by": bundle.asked_by.name,
            "at_archive": bundle.is_archive,
            "chain": {"number": head.number, "hash": head.hash},
            "withheld": self.withheld,
            "files": self.files,
        }
        text = json.dumps(content, ensure_ascii=False, indent=1).encode()
        self.archive.writestr(self._entry(verify.LIST), text)
        self.digest = hashlib.sha256(text).hexdigest()


def _clean(name: str) -> str:
    """Return ``name`` without what would make it a path, or what Windows cannot unpack."""
    plain = verify.ODD.sub("_", name.replace("/", "_")).strip(". ") or "文件"
    return f"_{plain}" if verify.RESERVED.match(plain) else plain


def _plain(path: str) -> str:
    """Return what two names have in common that overwrite each other where letters are alike, large and small."""
    return unicodedata.normalize("NFC", path).casefold()


def _keep(bundle: Bundle, stream: IO[bytes], listed: _List, now: datetime) -> None:
    size = stream.tell()
    stream.seek(0)
    at = timezone.localtime(now)
    file = UploadedFile(stream, f"证据包 {bundle.project.number} {at:%Y%m%d-%H%M}.zip", size=size)
    with unless_undone(bundle):
        record(
            "bundle.make",
            actor=bundle.asked_by,
            now=now,
            subject=bundle.project,
            after={
                "清单摘要": listed.digest,
                "内容": [str(Part(one).label) for one in listed.parts],
                "文件数": len(listed.files),
            },
            note="归档" if bundle.is_archive else "",
        )
        if Part.NAMES in listed.parts and not bundle.is_archive:
            for draw in draws_of(bundle.project).filter(released_at__isnull=False):
                record("draw.names", actor=bundle.asked_by, now=now, subject=draw, note="证据包")
        # With its file: whoever reads that it is done finds it.
        attach(
            subject=bundle,
            uploaded_file=our_archive(file),
            kind=FILE,
            as_evidence=True,
            actor=bundle.asked_by,
            now=now,
        )
        _update(
            bundle,
            state=BundleState.DONE,
            finished_at=now,
            parts=[str(one) for one in listed.parts],
            withheld=[[one["label"], one["reason"]] for one in listed.withheld],
            files=len(listed.files),
            digest=listed.digest,
        )


def _update(bundle: Bundle, **values: Any) -> None:
    for name, value in values.items():
        setattr(bundle, name, value)
    bundle.save(update_fields=[*values, "proof"])
