"""The list and the attachments of its experts in one archive."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from datetime import datetime
from typing import IO

from django.http import QueryDict

from expertpool.accounts.models import User
from expertpool.audit.events import PersonsListed
from expertpool.audit.services import record
from expertpool.core.events import publish
from expertpool.core.exporting import Reading, Rows, Stamp, for_a_file, write_xlsx
from expertpool.core.sizes import GIGABYTE
from expertpool.core.subjects import File
from expertpool.core.visibility import is_exportable, told
from expertpool.customforms.queries.files import SUBJECT as FIELD_FILE
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.exports.table import ExpertExport
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.files import may_view_files
from expertpool.files.models import Attachment
from expertpool.files.queries import opened

# One answer while somebody waits for it; a larger one is better cut by its filters.
MOST_EXPERTS = 2_000
MOST_BYTES = GIGABYTE
_UNFIT = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


def write_package(
    stream: IO[bytes], *, params: QueryDict, actor: User, address: str, now: datetime
) -> None:
    """Write an archive of what a list's address chooses: the table, and a folder for each expert
    with his files, as far as ``actor`` may see them. Recorded.

    Refuses more than 2,000 experts or 1 GB of files, and files that still have to be scanned
    (ExpertRefused), and a filter that is wrong (ExportRefused).
    """
    exporter = ExpertExport()
    with for_a_file():
        rows = exporter.rows(actor, params)
    # One more than allowed tells that there are more, without a count.
    experts = {str(expert.pk): expert for expert in rows[: MOST_EXPERTS + 1]}
    if len(experts) > MOST_EXPERTS:
        raise ExpertRefused(f"打包导出最多 {MOST_EXPERTS} 位专家，请先缩小筛选范围。")
    files = _files(experts, actor)
    if sum(one.size for one, _ in files) > MOST_BYTES:
        raise ExpertRefused("附件合计超过 1 GB，请先缩小筛选范围。")
    if waiting := sum(one.held for one, _ in files):
        raise ExpertRefused(f"有 {waiting} 个附件正在等待病毒查杀，请稍后再打包。")
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        table = io.BytesIO()
        stamp = Stamp(str(actor), now, address)
        # The same writer as the export, so that guarded columns are guarded alike.
        # Of the experts whose files follow: another reading could have others by now.
        reading = Reading(exporter.columns_for(actor, params), Rows([*experts.values()]))
        write_xlsx(exporter, user=actor, params=params, stamp=stamp, stream=table, reading=reading)
        archive.writestr("专家信息.xlsx", table.getvalue())
        names: Counter[str] = Counter()
        for one, expert in files:
            with opened(one) as file:
                archive.writestr(_place(one, expert, names), file.read())
    note = f"打包导出 {len(experts)} 位专家，附件 {len(files)} 个"
    entry = record("expert.export", actor=actor, now=now, note=note)
    publish(PersonsListed(entry.pk, [one.pk for one in experts.values()], now))


def _files(experts: dict[str, Expert], actor: User) -> list[tuple[Attachment, Expert]]:
    """Return the files of ``experts`` with whose they are, those of custom fields after the others."""
    if not may_view_files(actor):
        return []
    rows = told(
        Attachment.objects.filter(
            subject_type=Expert._meta.label_lower, subject_id__in=list(experts)
        )
    )
    found = [(one, experts[one.subject_id]) for one in rows.order_by("subject_id", "id")]
    files = (one for one in EXPERT.joined(actor) if isinstance(one.kind, File))
    fields = [one for one in files if is_exportable(EXPERT.name_of(one))]
    filled = {
        value.stored: expert
        for expert in experts.values()
        for one in fields
        if (value := one.value_of(expert))
    }
    rows = Attachment.objects.filter(pk__in=filled, subject_type=FIELD_FILE).order_by("id")
    return found + [(one, filled[one.pk]) for one in rows]


def _place(attachment: Attachment, expert: Expert, names: Counter[str]) -> str:
    """Return the path of a file in the archive; a second one of the same name gets a number."""
    folder = _UNFIT.sub("_", f"{expert.number} {expert.name}")
    stem, dot, ending = _UNFIT.sub("_", attachment.name).rpartition(".")
    path = f"附件/{folder}/{stem}{dot}{ending}"
    names[path] += 1
    return path if names[path] == 1 else f"附件/{folder}/{stem}（{names[path]}）{dot}{ending}"
