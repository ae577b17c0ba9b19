"""《评审打分表》: what one expert submitted and signed, as PDF and in the customer's own form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.documents import SheetColumn, render_pdf, xlsx_sheet
from expertpool.core.placeholders import Placeholder, Value, Vocabulary, mark
from expertpool.core.text import moment_text
from expertpool.papers.queries import template_for
from expertpool.papers.registry import Paper
from expertpool.papers.services import fill_paper
from expertpool.reviews.models import Submission
from expertpool.reviews.queries.sheets import Part, read_table, sheets_of

TITLE = "评审打分表"
TEMPLATE = "reviews/score_sheet.typ"
PAPER_CODE = "reviews.sheet"
VOCABULARY = Vocabulary(
    fields=(
        Placeholder("项目名称", "市第一人民医院信息化建设项目"),
        Placeholder("项目编号", "ZC-2026-0117"),
        Placeholder("评审专家", "王建国"),
        Placeholder("评审规则", "综合评分法 第 2 版"),
        Placeholder("评审时间", "2026-11-24 09:30"),
        Placeholder("提交时间", "2026-11-24 15:40"),
        Placeholder("版本", 1),
        Placeholder("内容摘要", "9b1e44c07d0c1f3a"),
    ),
    columns=(
        Placeholder("评分.评审对象", "T-1 一标段投标文件"),
        Placeholder("评分.阶段", "评分 / 技术"),
        Placeholder("评分.指标", "技术方案"),
        Placeholder("评分.评分", "25"),
        Placeholder("评分.理由", "针对性强。"),
    ),
    required=("评分.指标", "评分.评分"),
)


@dataclass(frozen=True)
class Signed:
    """A submission as somebody reads it: ``expert`` is what its expert is called to him, ``submitted`` when it was, as far
    as he is told; ``own``: it is his, and an anonymous review tells him numbers alone."""

    submission: Submission
    expert: str
    submitted: str
    own: bool = False

    @property
    def parts(self) -> list[Part]:
        row = self.submission
        reviewer = row.reviewer
        sheets = sheets_of(reviewer)
        return read_table(reviewer.review, sheets, row.content, row.remarks, as_expert=self.own)


def as_office_reads(submission: Submission, expert: str) -> Signed:
    """Return the sheet as the office reads it: the minute is nobody's business while names of others are sealed, the day
    does."""
    return Signed(submission, expert, f"{timezone.localdate(submission.submitted_at):%Y-%m-%d}")


def starter() -> bytes:
    """Return an .xlsx template that can be changed and uploaded."""
    widths = {"评审对象": 30, "阶段": 22, "指标": 26, "评分": 12, "理由": 36}
    return xlsx_sheet(
        title=TITLE,
        fields=[(one.name, mark(one.name)) for one in VOCABULARY.fields],
        columns=[SheetColumn(one, width) for one, width in widths.items()],
        rows=[[mark(f"评分.{one}") for one in widths]],
        signatures=("专家签字", "日期"),
    )


PAPER = Paper(PAPER_CODE, TITLE, VOCABULARY, starter, order=19)


def sheet_file(signed: Signed, *, at: datetime, own_form: bool = False) -> tuple[bytes, str]:
    """Return (content, ending) of the sheet: as PDF, or in the customer's form where he has one. Raises TemplateRefused."""
    project = signed.submission.reviewer.review.project
    # The PDF has the signature; a form of the customer is signed on paper.
    template = template_for(PAPER_CODE, project.kind) if own_form else None
    if template is None:
        return render_pdf(TEMPLATE, _pdf(signed), at=at), "pdf"
    return fill_paper(
        template=template, values=_values(signed), lines=_lines(signed), now=at
    ), template.form


def log_sheet(signed: Signed, *, actor: User, now: datetime) -> None:
    """Note in the log that somebody takes the sheet with him."""
    row = signed.submission
    after = {"文件": TITLE, "席位": str(row.reviewer), "版本": row.version}
    record("review.print", actor=actor, now=now, subject=row.reviewer.review, after=after)


def _values(signed: Signed) -> dict[str, Value]:
    row = signed.submission
    review = row.reviewer.review
    return {
        "项目名称": review.project.name,
        "项目编号": review.project.number,
        "评审专家": signed.expert,
        "评审规则": str(review.rule or ""),
        "评审时间": moment_text(review.project.opening_at),
        "提交时间": signed.submitted,
        "版本": row.version,
        # In every form of a customer.
        "内容摘要": f"{row.mark}（所依据的抽取已作废）" if _is_void(row) else row.mark,
    }


def _lines(signed: Signed) -> list[dict[str, Value]]:
    return [
        {
            "评分.评审对象": part.name,
            "评分.阶段": line.group,
            "评分.指标": line.name,
            "评分.评分": line.value,
            "评分.理由": line.reason,
        }
        for part in signed.parts
        for line in part.lines
    ]


def _pdf(signed: Signed) -> dict[str, Any]:
    row, values = signed.submission, _values(signed)
    names = ("项目名称", "项目编号", "评审专家", "评审规则", "评审时间", "版本")
    return {
        "title": f"{TITLE}（所依据的抽取已作废）" if _is_void(row) else TITLE,
        "head": [[one, str(values[one]), *([True] if one == "项目名称" else [])] for one in names],
        "items": [
            {
                "name": " ".join(filter(None, (part.name, part.note))),
                "rows": [[one.group, one.name, one.value or "—", one.reason] for one in part.lines],
                "total": f"合计{'（不含报价）' if part.priced else ''}：{part.total}"
                if part.total
                else "",
                "remark": part.remark,
            }
            for part in signed.parts
        ],
        "signature": row.readable_signature,
        "submitted": signed.submitted,
        "hash": row.mark,
        "footer": f"{values['项目编号']}　{signed.expert}",
    }


def _is_void(submission: Submission) -> bool:
    return not submission.reviewer.invitation.draw.is_valid
