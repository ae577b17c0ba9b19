"""What the interface takes and gives of reviews."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from ninja import Field
from pydantic import StrictBool

from expertpool.core.api import Id, Input, Moment, Output
from expertpool.reviews.enums import ReviewState
from expertpool.reviews.models import PRICES, Review

MOST_AT_ONCE = 500  # items of one call
Price = Annotated[Decimal, Field(ge=PRICES.low, le=PRICES.high, max_digits=15, decimal_places=2)]


class ReviewFilters(Input):
    """By what the list of reviews is narrowed."""

    project_id: Id | None = Field(None, description="项目")


class ReviewInput(Input):
    """How a review is held."""

    rule: str = Field("", max_length=100, description="评审规则的名称；不填的，以后在页面上选")
    by_stage: StrictBool = Field(False, description="由组长逐阶段开启")
    due_at: Moment | None = Field(None, description="截止时间")


class ReviewOutput(Output):
    """A review as the interface shows it: how far it is, nothing of scores and experts."""

    id: int
    project_id: int
    project_number: str = Field(alias="project.number")
    state: ReviewState = Field(
        description="draft 准备中，open 评审中，ended 已结束，stopped 已停止（没有结果）"
    )
    rule: str = Field(description="评审规则和版本")
    is_anonymous: bool = Field(description="专家只看到匿名编号")
    due_at: datetime | None
    opened_at: datetime | None
    ended_at: datetime | None

    @staticmethod
    def resolve_rule(review: Review) -> str:
        return str(review.rule or "")


class ItemInput(Input):
    """Something that is scored."""

    number: str = Field(min_length=1, max_length=40, description="编号，一次评审内不重复")
    name: str = Field(min_length=1, max_length=200, description="名称")
    unit: str = Field("", max_length=200, description="单位（人）：投标人、申报单位或作者")
    category: str = Field("", max_length=50, description="类别")
    price: Price | None = Field(None, description="报价（元）；按报价计分的规则需要")


class ItemsInput(Input):
    items: Annotated[list[ItemInput], Field(min_length=1, max_length=MOST_AT_ONCE)]


class ItemOutput(Output):
    id: int
    number: str
    name: str
    unit: str
    category: str
    price: Decimal | None
