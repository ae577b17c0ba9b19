"""Reviews through the interface: what is scored, by the same services and scopes as the pages. Materials are files of the
items; scores, experts and results are on pages alone."""

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Query, Router, Status
from ninja.pagination import paginate

from expertpool.accounts.models import User, UserRequest
from expertpool.accounts.queries import scope_q
from expertpool.core.api import Id, Pages, Refusal, allows, answers
from expertpool.core.text import clean_text
from expertpool.projects.models import Project
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.models import Review, ReviewItem, ReviewRule
from expertpool.reviews.permissions import MANAGE, VIEW
from expertpool.reviews.queries.reviews import reviews_visible_to, with_results
from expertpool.reviews.queries.rules import rules_for
from expertpool.reviews.schemas import (
    ItemInput,
    ItemOutput,
    ItemsInput,
    ReviewFilters,
    ReviewInput,
    ReviewOutput,
)
from expertpool.reviews.services.organising import (
    Terms,
    Thing,
    add_items,
    create_review,
    edit_item,
    remove_item,
)

router = Router(tags=["评审"])
REFUSALS = (Refusal(ReviewRefused, 409, "review-refused", "评审现在不能这样操作"),)


@router.get(
    "/reviews",
    response=answers(list[ReviewOutput]),
    operation_id="review_list",
    summary="评审列表",
)
@allows(VIEW)
@paginate(Pages)
def review_list(request: UserRequest, filters: Query[ReviewFilters]) -> QuerySet[Review]:
    """返回数据范围内的评审，新的在前。"""
    rows = reviews_visible_to(request.user)
    if filters.project_id is not None:
        rows = rows.filter(project=filters.project_id)
    return with_results(rows).order_by("-id")


@router.post(
    "/projects/{project_id}/review",
    response=answers(ReviewOutput, 201),
    operation_id="review_create",
    summary="建立评审",
)
@allows(MANAGE)
def review_create(request: UserRequest, project_id: Id, data: ReviewInput) -> Status[Review]:
    """为项目建立评审，之后新增评审对象；名单公开后在页面上开始评审。"""
    project = get_object_or_404(
        Project.objects.filter(scope_q(request.user, MANAGE)), pk=project_id
    )
    terms = Terms(_rule(project, data.rule), data.by_stage, data.due_at)
    review = create_review(project=project, terms=terms, actor=request.user, now=timezone.now())
    return Status(201, review)


@router.get(
    "/reviews/{review_id}",
    response=answers(ReviewOutput),
    operation_id="review_get",
    summary="查看评审",
)
@allows(VIEW)
def review_get(request: UserRequest, review_id: Id) -> Review:
    return get_object_or_404(reviews_visible_to(request.user), pk=review_id)


@router.get(
    "/reviews/{review_id}/items",
    response=answers(list[ItemOutput]),
    operation_id="review_item_list",
    summary="评审对象",
)
@allows(VIEW)
@paginate(Pages)
def review_item_list(request: UserRequest, review_id: Id) -> QuerySet[ReviewItem]:
    """返回评审对象，按次序。"""
    review = get_object_or_404(reviews_visible_to(request.user), pk=review_id)
    return review.items.order_by("place")


@router.post(
    "/reviews/{review_id}/items",
    response=answers(list[ItemOutput], 201),
    operation_id="review_item_add",
    summary="新增评审对象",
)
@allows(MANAGE)
def review_item_add(
    request: UserRequest, review_id: Id, data: ItemsInput
) -> Status[list[ReviewItem]]:
    """新增评审对象，接在已有的之后；有一个不能新增的，一个都不新增。开始评审后不能再改。

    材料用「上传附件」，`subject_type` 为 `reviews.reviewitem`。
    """
    review = get_object_or_404(reviews_visible_to(request.user, MANAGE), pk=review_id)
    things = [_thing(one) for one in data.items]
    made = add_items(review=review, things=things, actor=request.user, now=timezone.now())
    return Status(201, made)


@router.put(
    "/review-items/{item_id}",
    response=answers(ItemOutput),
    operation_id="review_item_change",
    summary="修改评审对象",
)
@allows(MANAGE)
def review_item_change(request: UserRequest, item_id: Id, data: ItemInput) -> ReviewItem:
    """修改评审对象的编号、名称等；开始评审后不能再改。"""
    item = _item(request.user, item_id)
    return edit_item(item=item, thing=_thing(data), actor=request.user, now=timezone.now())


@router.post(
    "/review-items/{item_id}/remove",
    response=answers(ReviewOutput),
    operation_id="review_item_remove",
    summary="移除评审对象",
)
@allows(MANAGE)
def review_item_remove(request: UserRequest, item_id: Id) -> Review:
    """移除评审对象，返回所属的评审；开始评审后不能再移除。"""
    item = _item(request.user, item_id)
    remove_item(item=item, actor=request.user, now=timezone.now())
    return get_object_or_404(reviews_visible_to(request.user, MANAGE), pk=item.review_id)


def _item(user: User, pk: int) -> ReviewItem:
    seen = reviews_visible_to(user, MANAGE).values("pk")
    return get_object_or_404(ReviewItem.objects.select_related("review"), pk=pk, review__in=seen)


def _thing(data: ItemInput) -> Thing:
    said = {
        name: clean_text(getattr(data, name)) for name in ("number", "name", "unit", "category")
    }
    for name in ("number", "name"):
        if not said[name]:
            raise ValidationError({name: "请填写。"})
    return Thing(**said, price=data.price)


def _rule(project: Project, name: str) -> ReviewRule | None:
    if not (wanted := clean_text(name)):
        return None
    found = next((one for one in rules_for(project) if one.name == wanted), None)
    if found is None:
        raise ValidationError({"rule": "没有这个评审规则，或不能用于这类项目。"})
    return found
