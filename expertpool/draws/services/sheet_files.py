"""The sheets of a draw in their built-in form, as PDF and Excel; the file kept with an ended draw."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import datetime

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.documents import (
    SheetColumn,
    png_svg,
    qr_png,
    qr_svg,
    render_pdf,
    xlsx_sheet,
)
from expertpool.core.filling import TemplateRefused
from expertpool.core.settings import LOGO
from expertpool.draws.enums import SUPPLIED, SheetKind
from expertpool.draws.models import Draw
from expertpool.draws.queries.evidence import current_sheets
from expertpool.draws.queries.papers import template_for
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.services.names import may_read
from expertpool.draws.services.sheet_values import draw_sheet_values
from expertpool.draws.services.sheets import Sheet, build_stored_sheet, title_of
from expertpool.draws.services.sign_in import SignInSheet
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.files.registry import FileSubject
from expertpool.files.services import attach, receive
from expertpool.papers.services import fill_paper

logger = logging.getLogger(__name__)

KIND, OWN_KIND = "draw_sheet", "draw_sheet_own"  # the built-in form, and the customer's
COLUMNS = (
    SheetColumn("序号", 10),
    SheetColumn("姓名", 10),
    SheetColumn("职称", 16),
    SheetColumn("工作单位", 26),
    SheetColumn("专家编号", 14),
    SheetColumn("专业", 20),
    SheetColumn("联系方式", 15),
    SheetColumn("是否参加", 10),
    SheetColumn("确认签名", 16),
    SheetColumn("备注", 20),
)
SIGN_IN_COLUMNS = (
    SheetColumn("序号", 8),
    SheetColumn("姓名", 12),
    SheetColumn("身份证号", 22),
    SheetColumn("类别", 18),
    SheetColumn("职务职称", 24),
    SheetColumn("电话", 16),
    SheetColumn("签到时间", 17),
    SheetColumn("签名", 18),
)
SIGNATURES = ("抽取人员", "监督人员", "日期")


def sheet_pdf(sheet: Sheet, *, at: datetime) -> bytes:
    """Return the sheet for A4, landscape, with the printer's name and the time on every page."""
    data = asdict(sheet) | {
        "columns": [column.header for column in COLUMNS],
        "rows": [[str(cell) for cell in row.cells] for row in sheet.rows],
        "qr": qr_svg(sheet.check_url),
        "logo": png_svg(value_of(LOGO)),
        "mark": f"{sheet.printed_by} {sheet.printed_at}",
        "footer": f"{sheet.number}　{_printed(sheet)}",
    }
    return render_pdf("draws/draw_sheet.typ", data, at=at)


def sheet_xlsx(sheet: Sheet) -> bytes:
    """Return the same content as an Excel form for A4."""
    conditions = [f"抽取条件：{name} {seats} 人，{text}" for name, seats, text in sheet.conditions]
    proof = [f"封存值：{sheet.seal}", f"种子：{sheet.seed}"] if sheet.seal else []
    notes = [*conditions, *proof]
    if sheet.events:
        notes.append(f"事件链：{sheet.events}")
    if sheet.chain_link:
        notes.append(f"留痕链：{sheet.chain_link}")
    return xlsx_sheet(
        title=sheet.title,
        fields=sheet.head,
        fields_a_line=3,
        columns=COLUMNS,
        rows=[row.cells for row in sheet.rows],
        notes=[*notes, f"核验网址：{sheet.check_url}，{sheet.check_note}"],
        signatures=SIGNATURES,
        footer=f"{sheet.number} {_printed(sheet)}",
        picture=qr_png(sheet.check_url),
        logo=value_of(LOGO),
    )


def sign_in_pdf(sheet: SignInSheet, *, at: datetime) -> bytes:
    """Return the sign-in sheet for A4, landscape, marked as the draw sheet is."""
    data = asdict(sheet) | {
        "columns": [column.header for column in SIGN_IN_COLUMNS],
        "rows": [[str(cell) for cell in row.cells] for row in sheet.rows],
        "logo": png_svg(value_of(LOGO)),
        "mark": f"{sheet.printed_by} {sheet.printed_at}",
        "footer": f"{sheet.number}　{_printed(sheet)}",
    }
    return render_pdf("draws/sign_in.typ", data, at=at)


def sign_in_xlsx(sheet: SignInSheet) -> bytes:
    """Return the same content as an Excel form for A4."""
    return xlsx_sheet(
        title=sheet.title,
        fields=sheet.head,
        columns=SIGN_IN_COLUMNS,
        rows=[row.cells for row in sheet.rows],
        logo=value_of(LOGO),
        footer=f"{sheet.number} {_printed(sheet)}",
    )


@transaction.atomic
def store_sheet(*, draw_id: int, now: datetime) -> Attachment | None:
    """Keep the sheet of an ended draw, whose names are released, as a file of the draw; where the
    customer has a form of his own for it, in that form, too. Returns the built-in one.

    That of an earlier end stays beside it: it was signed, and is evidence. A second run after the same end
    changes nothing. None while the draw goes on or is sealed: the end, or the release, asks again.
    """
    draw = (
        Draw.objects.select_for_update(of=("self",))
        .select_related("project__department", "project__purchaser", "operator")
        .get(pk=draw_id)
    )
    if draw.ended_at is None or not is_released(draw):
        return None
    current = current_sheets(draw, KIND).first()
    if current is not None:
        return current
    sheet = build_stored_sheet(draw=draw, now=now)
    stored = _keep(draw, KIND, "pdf", sheet_pdf(sheet, at=now), now=now)
    template = template_for(draw, SheetKind.DRAW)
    if template is not None:
        values = draw_sheet_values(draw, sheet)
        try:
            own = fill_paper(template=template, values=values.fields, lines=values.lines, now=now)
        except TemplateRefused as error:  # the built-in form is kept all the same
            logger.warning("draw %s: its own form was not kept: %s", draw.number, error)
        else:
            _keep(draw, OWN_KIND, template.form, own, now=now)
    return stored


def _keep(draw: Draw, kind: str, form: str, content: bytes, *, now: datetime) -> Attachment:
    # Of several each says when it was.
    at = f" {timezone.localtime(now):%Y%m%d%H%M}" if attachments_of(draw, kind).exists() else ""
    file = SimpleUploadedFile(f"{title_of(draw)} {draw.number}{at}.{form}", content)
    made = receive(file, subject_type=Draw, actor=None, now=now, ours=True)
    stored = attach(subject=draw, uploaded_file=made, kind=kind, actor=None, now=now)
    record("draw.sheet", actor=None, now=now, subject=draw, after={"文件": stored.name})
    return stored


def _printed(sheet: Sheet | SignInSheet) -> str:
    return f"{sheet.printed_by} {sheet.printed_at} 打印"


def may_view_sheet(user: User, draw_id: str) -> bool:
    """Tell whether ``user`` may read the kept sheet now: he may read the names."""
    draw = Draw.objects.select_related("project").filter(pk=draw_id).first()
    # Asked by the files app, which knows no clock.
    return draw is not None and may_read(draw, user, now=timezone.now())


def may_edit_sheet(user: User, draw_id: str) -> bool:
    """Nobody adds files to a draw or removes them."""
    return False


SHEET_FILES = FileSubject(
    "draws.draw",
    may_view=may_view_sheet,
    may_edit=may_edit_sheet,
    evidence={SUPPLIED: "现场材料"},
)
