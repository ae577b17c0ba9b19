"""《评审汇总表》 as PDF, as Excel with each score, and in the customer's own form."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.documents import Lacking, SheetColumn, lacking_in, render_pdf, xlsx_sheet
from expertpool.core.placeholders import Placeholder, Value, Vocabulary, mark
from expertpool.core.text import moment_text
from expertpool.core.workbooks import Writer, open_workbook
from expertpool.papers.models import PaperTemplate
from expertpool.papers.queries import template_for
from expertpool.papers.registry import Paper
from expertpool.papers.services import fill_paper
from expertpool.reviews.calculation import Indicator, points_of, verify
from expertpool.reviews.queries.hands import panel_words
from expertpool.reviews.queries.results import Line, Summary, leavers_of, why_left
from expertpool.reviews.queries.sheets import submitted_sheets
from expertpool.reviews.rules.wording import settings_words

TITLE = "评审汇总表"
CHECKER = Path(verify.__file__)  # recomputes a record without this system
TEMPLATE = "reviews/result.typ"
SIGNATURES = ("评审组组长", "评审组成员", "监督人员", "日期")
PAPER = "reviews.result"
VOCABULARY = Vocabulary(
    fields=(
        Placeholder("文书标题", TITLE),
        Placeholder("项目名称", "市第一人民医院信息化建设项目"),
        Placeholder("项目编号", "ZC-2026-0117"),
        Placeholder("项目类型", "货物"),
        Placeholder("采购单位", "市第一人民医院"),
        Placeholder("所属部门", "采购中心"),
        Placeholder("评审时间", "2026-11-24 09:30"),
        Placeholder("评审规则", "综合评分法 第 2 版"),
        Placeholder("计算方法", "去掉 1 个最高和 1 个最低后取平均；四舍五入保留 2 位小数"),
        Placeholder("评审专家", "王建国、李萌、周敏"),
        Placeholder("席位", "评审组 4 个席位，现有 3 人（技术组缺 1 人）"),
        Placeholder("评审对象数", 3),
        Placeholder("结束时间", "2026-11-24 16:05"),
        Placeholder("结果摘要", "9b1e44c07d0c1f3a …"),
        Placeholder("打印人", "周敏"),
        Placeholder("打印时间", "2026-11-24 16:10"),
    ),
    columns=(
        Placeholder("对象.名次", 1),
        Placeholder("对象.编号", "T-1"),
        Placeholder("对象.名称", "一标段投标文件"),
        Placeholder("对象.单位", "省建筑设计研究院"),
        Placeholder("对象.报价", "1,250,000.00"),
        Placeholder("对象.各专家总分", "王建国 56、李萌 58.5、周敏 60（去掉）"),
        Placeholder("对象.价格分", "28.50"),
        Placeholder("对象.总分", "86.25"),
        Placeholder("对象.备注", "资格审查未通过"),
    ),
    required=("对象.名称", "对象.总分"),
)


def log_file(summary: Summary, form: str, *, actor: User, now: datetime) -> None:
    """Note in the log that somebody takes the result with him."""
    after = {"文件": form, "结果摘要": summary.sealed.digest}
    record("review.print", actor=actor, now=now, subject=summary.review, after=after)


def _head(summary: Summary) -> list[tuple[str, str]]:
    project = summary.review.project
    return [
        *([("已作废", summary.void_words)] if summary.void_words else []),
        ("项目名称", project.name),
        ("项目编号", project.number),
        ("评审规则", str(summary.review.rule or "")),
        ("评审专家", people_words(summary)),
        *([("席位", summary.seats_words)] if summary.seats_words else []),
        ("评审对象", f"{len(summary.lines)} 个"),
        ("结束时间", moment_text(summary.sealed.sealed_at)),
    ]


def _title(summary: Summary) -> str:
    return f"{TITLE}（所依据的抽取已作废）" if summary.void_words else TITLE


def people_words(summary: Summary) -> str:
    """Say how many experts made the result, and who of the first ones did not."""
    changes = panel_words(summary.review)
    return f"{len(summary.experts)} 位" + (f"（{changes}）" if changes else "")


def _columns(summary: Summary) -> list[str]:
    names = list(summary.names.values()) if summary.is_wide else ["各专家总分"]
    priced = ["价格分"] if summary.is_priced else []
    return ["名次", "编号", "名称", *names, *priced, "总分", "备注"]


def _cells(summary: Summary, line: Line) -> list[Any]:
    own = (
        # What was left out of the mean is shown, too: who leaves it away hides a score.
        [f"（{text}）" if left_out else text for text, left_out in line.cells]
        if summary.is_wide
        else [summary.told(line)]
    )
    priced = [line.price] if summary.is_priced else []
    total = "" if line.row.total is None else f"{line.row.total:f}"
    named = " ".join(filter(None, (line.item.name, line.item.unit)))
    head = [line.row.rank or "—", line.item.number, named]
    return [*head, *own, *priced, total, "；".join(line.notes)]


def _notes(summary: Summary) -> list[str]:
    left_out = any(one.row.left_out for one in summary.lines)
    words = "；".join(settings_words(summary.rule))
    marks = "（）中的分数没有计入平均。" if left_out and summary.is_wide else ""
    given = summary.assigned_words
    gone = "；".join(f"{one}：{why_left(one)}" for one in leavers_of(summary.review))
    told = f"评审专家 {people_words(summary)}，{given}。" + (f"退出的：{gone}。" if gone else "")
    told += f"{summary.seats_words}。" if summary.seats_words else ""
    void = [f"{summary.void_words}。"] if summary.void_words else []
    return [*void, f"{words}。{marks}", told, f"结果摘要（SHA-256）：{summary.sealed.digest}"]


def lacking_on(summary: Summary) -> list[Lacking]:
    """Return which names on the summary, of experts as of what they review, would be printed with empty boxes."""
    items = (f"{line.item.name} {line.item.unit}".strip() for line in summary.lines)
    return lacking_in((name, name) for name in (*summary.names.values(), *items))


def result_pdf(summary: Summary, *, user: User, at: datetime) -> bytes:
    """Return the summary for A4, landscape, with the printer's name and the time on every page."""
    project = summary.review.project
    data = {
        "title": _title(summary),
        "head": [list(one) for one in _head(summary)],
        "columns": _columns(summary),
        "rows": [[str(cell) for cell in _cells(summary, one)] for one in summary.lines],
        "notes": _notes(summary),
        "signatures": list(SIGNATURES),
        "mark": f"{user.name} {moment_text(at)}",
        "footer": f"{project.number}　{user.name} {moment_text(at)} 打印",
    }
    return render_pdf(TEMPLATE, data, at=at)


def result_xlsx(summary: Summary) -> bytes:
    """Return a workbook: the summary under what it is of, and each score with its reason. Sums are numbers, to be added up; what was
    left out of a mean is not."""
    stream = io.BytesIO()
    with open_workbook(stream) as book:
        first = Writer(book, TITLE)
        headers = _columns(summary)
        wide = {"名称": 36, "备注": 24, "各专家总分": 60}
        about = _head(summary)
        first.cell(0, 0, _title(summary), first.style(bold=True, font_size=14))
        for at, (label, said) in enumerate(about, start=1):
            first.cell(at, 0, label)
            first.cell(at, 1, said)
        top = len(about) + 2
        first.head([(one, wide.get(one, 12)) for one in headers], frozen=3, row=top)
        for at, line in enumerate(summary.lines, start=top + 1):
            for place, value in enumerate(_cells(summary, line)):
                is_said = headers[place] in _SAID
                first.cell(at, place, value if is_said else _number(value))
        foot = top + len(summary.lines) + 2
        for at, text in enumerate(_notes(summary)):
            first.cell(foot + at, 0, text)
        first.print_wide(left=summary.review.project.number, right="&P / &N")
        second = Writer(book, "评分明细")
        second.head(DETAIL, frozen=2)
        for at, row in enumerate(_details(summary), start=1):
            for place, value in enumerate(row):
                second.cell(at, place, value)
    return stream.getvalue()


# Else a number of an item would lose its noughts.
_SAID = ("名次", "编号", "名称", "各专家总分", "备注")
DETAIL = (
    *(("编号", 12), ("名称", 30), ("专家", 12), ("阶段", 14), ("指标编号", 10), ("指标", 28)),
    *(("评分", 12), ("得分", 10), ("说明", 40)),
)


def _number(text: Any) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _details(summary: Summary) -> Iterator[list[Any]]:
    """Yield each score: item, expert, indicator, what was said, what it counts, why."""
    asked: list[tuple[str, Indicator]] = [
        (stage.name, one)
        for stage in summary.rule.stages
        for one in stage.walk()
        if one.is_filled_in
    ]
    sheets = submitted_sheets(summary.review)
    for line in summary.lines:
        for expert in summary.experts:
            scores = sheets.get(expert, {}).get(line.item.number)
            if scores is not None:
                for stage, one in asked:
                    value, reason = scores.get(one.code, ("", ""))
                    # A vote or a text has no points: nought would read as a bad score.
                    points = float(points_of(one, value)) if one.most and value else ""
                    said = [stage, one.number, one.name, value, points, reason]
                    yield [line.item.number, line.item.name, summary.names[expert], *said]


# --- The customer's own form ----------------------------------------------------------------


def own_form(summary: Summary) -> PaperTemplate | None:
    """Return the customer's form for the kind of the project, if he has one."""
    return template_for(PAPER, summary.review.project.kind)


def result_paper(template: PaperTemplate, summary: Summary, *, user: User, at: datetime) -> bytes:
    """Return the summary in the customer's form. Raises TemplateRefused."""
    return fill_paper(
        template=template,
        values=_values(summary, user, at),
        lines=[_line(summary, one) for one in summary.lines],
        now=at,
    )


def _values(summary: Summary, user: User, at: datetime) -> dict[str, Value]:
    project = summary.review.project
    return {
        "文书标题": _title(summary),
        "项目名称": project.name,
        "项目编号": project.number,
        "项目类型": project.kind,
        "采购单位": str(project.purchaser or ""),
        "所属部门": str(project.department),
        "评审时间": moment_text(project.opening_at),
        "评审规则": str(summary.review.rule or ""),
        "计算方法": "；".join(settings_words(summary.rule)),
        "评审专家": "、".join(summary.names.values()),
        "席位": summary.seats_words,
        "评审对象数": len(summary.lines),
        "结束时间": moment_text(summary.sealed.sealed_at),
        # In every form of a customer, which need not have the title.
        "结果摘要": " ".join(filter(None, (summary.sealed.digest, summary.void_words))),
        "打印人": user.name,
        "打印时间": moment_text(at),
    }


def _line(summary: Summary, line: Line) -> Mapping[str, Value]:
    price = line.item.price
    return {
        "对象.名次": line.row.rank or "—",
        "对象.编号": line.item.number,
        "对象.名称": line.item.name,
        "对象.单位": line.item.unit,
        "对象.报价": "" if price is None else f"{price:,.2f}",
        "对象.各专家总分": summary.told(line),
        "对象.价格分": line.price,
        "对象.总分": "" if line.row.total is None else f"{line.row.total:f}",
        "对象.备注": "；".join(line.notes),
    }


def starter() -> bytes:
    """Return an .xlsx template that can be changed and uploaded."""
    columns = ("名次", "编号", "名称", "单位", "报价", "各专家总分", "价格分", "总分", "备注")
    widths = {"名称": 30, "单位": 24, "各专家总分": 44, "备注": 20}
    head = ("项目名称", "项目编号", "评审时间", "评审规则", "评审专家", "计算方法")
    return xlsx_sheet(
        title=mark("文书标题"),
        fields=[(name, mark(name)) for name in head],
        columns=[SheetColumn(one, widths.get(one, 12)) for one in columns],
        rows=[[mark(f"对象.{one}") for one in columns]],
        notes=[f"结果摘要：{mark('结果摘要')}"],
        signatures=SIGNATURES,
        footer=mark("项目编号"),
    )


PAPERS = (Paper(PAPER, TITLE, VOCABULARY, starter, order=20),)
