"""Import of what is scored from a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.db import IntegrityError

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.importing import Fault, ImportColumn, Importer, Row, Totals, money, text
from expertpool.core.text import is_key
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, ReviewItem
from expertpool.reviews.permissions import MANAGE
from expertpool.reviews.queries.reviews import reviews_visible_to
from expertpool.reviews.services.organising import MOST_ITEMS, Thing, add_items

CODES = ("number", "name", "unit", "category", "price")


def reviews_in_preparation(user: User) -> Any:
    """Return the reviews to which ``user`` may add items."""
    return reviews_visible_to(user, MANAGE).filter(opened_at__isnull=True).order_by("-created_at")


class ItemImporter(Importer):
    """Takes what is scored in one review that is not open yet."""

    code = "review_items"
    label = "评审对象"
    permission = MANAGE
    columns: ClassVar[Sequence[ImportColumn]] = (
        ImportColumn(
            "number",
            "编号",
            text(40),
            aliases=("序号", "项目编号", "申报编号", "标段编号", "投标编号"),
            required=True,
            sample="T-01",
        ),
        ImportColumn(
            "name",
            "名称",
            text(200),
            aliases=("项目名称", "课题名称", "论文题目", "题目", "标题", "评审对象"),
            required=True,
            sample="智慧社区平台建设",
            width=32,
        ),
        ImportColumn(
            "unit",
            "单位（人）",
            text(200),
            aliases=("单位", "申报单位", "投标人", "供应商", "作者", "申报人", "承担单位"),
            sample="长江数据科技有限公司",
            width=28,
        ),
        ImportColumn("category", "类别", text(50), aliases=("分类", "组别", "领域"), sample="软件"),
        ImportColumn(
            "price",
            "报价（元）",
            money,
            aliases=("报价", "投标报价", "价格", "金额"),
            sample="680000",
            help="按报价计分的规则需要。",
        ),
    )

    @classmethod
    def options_for(cls, user: Any) -> Mapping[str, Any]:
        rows = reviews_in_preparation(user)[:200]
        return {
            "review": forms.ChoiceField(
                label="导入到哪个评审",
                choices=[(str(one.pk), f"{one.project.number} {one.project.name}") for one in rows],
                help_text="准备中的评审；已经开始的不能再添加。",
            )
        }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        key = str(self.options.get("review", ""))
        rows = reviews_in_preparation(self.actor)
        self.review: Review | None = rows.filter(pk=key).first() if is_key(key) else None
        self.known: dict[str, int] = {}  # number → row of this file, or 0 for what is there

    def prepare(self, rows: Sequence[Row]) -> None:
        if self.review is None:
            return
        items = ReviewItem.objects.filter(review=self.review)
        for number in items.values_list("number", flat=True):
            self.known.setdefault(number, 0)

    def validate(self, row: Row) -> Fault | None:
        number = row.values["number"]
        if self.review is None:
            return self.fault("number", "没有选择评审", "评审已经开始或不存在，请重新选择。")
        if (first := self.known.get(number)) is not None:
            where = f"与第 {first} 行相同。" if first else "这个评审里已经有了。"
            return self.fault("number", "编号重复", where)
        if len(self.known) >= MOST_ITEMS:
            return self.fault("number", "评审对象太多", f"一次评审最多 {MOST_ITEMS} 个。")
        self.known[number] = row.number
        return None

    def forget(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self.known.pop(row.values.get("number", ""), None)

    def save(self, rows: Sequence[Row]) -> None:
        if self.review is None:
            return
        things = [
            Thing(**{code: row.values[code] for code in CODES if row.values.get(code)})
            for row in rows
        ]
        try:
            add_items(review=self.review, things=things, actor=self.actor, now=self.now)
        except ReviewRefused as error:  # meanwhile: the rows are checked once more
            raise IntegrityError(str(error)) from error

    def finish(self, totals: Totals, *, file_name: str) -> None:
        record(
            "review.import",
            actor=self.actor,
            now=self.now,
            subject=self.review,
            after=totals.told("导入"),
            note=file_name,
        )
