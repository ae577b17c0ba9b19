"""What two persons decide about a draw: one asks on its page, another agrees or turns it down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.draws.enums import ActionCode
from expertpool.draws.exceptions import DrawError
from expertpool.draws.models import Draw, DrawRequest, ReleaseRequest, VoidRequest
from expertpool.draws.queries.actions import Action
from expertpool.draws.queries.draws import draws_visible_to
from expertpool.draws.queries.requests import open_request
from expertpool.draws.services.releasing import decide_release, request_release
from expertpool.draws.services.voiding import decide_void, request_void


@dataclass(frozen=True)
class Matter:
    """One thing that two persons decide: its permission, doors and words."""

    name: str  # its URLs are draws:name, draws:name_agree and draws:name_turn_down
    code: str
    deciding: ActionCode
    kind: type[DrawRequest]
    request: Callable[..., Any]
    decide: Callable[..., Any]
    title: str
    agree: str  # the button, and what it asks
    question: str
    asked: str  # messages afterwards
    agreed: str
    turned_down: str

    def ask(self, request: UserRequest, pk: int) -> HttpResponse:
        draw = get_object_or_404(draws_visible_to(request.user, self.code), pk=pk)
        reason = request.POST.get("reason", "")
        try:
            self.request(draw=draw, reason=reason, actor=request.user, now=timezone.now())
        except DrawError as error:
            return refused(str(error))
        return saved(self.asked, refresh="page")

    def settle(
        self, request: UserRequest, pk: int, request_pk: int, *, agree: bool
    ) -> HttpResponse:
        draw = get_object_or_404(draws_visible_to(request.user, self.code), pk=pk)
        rows = self.kind._default_manager.filter(draw=draw).select_related("requested_by")
        asked = get_object_or_404(rows, pk=request_pk)
        note = request.POST.get("reason", "")
        try:
            self.decide(
                request=asked, agree=agree, note=note, actor=request.user, now=timezone.now()
            )
        except DrawError as error:
            return refused(str(error))
        return saved(self.agreed if agree else self.turned_down, refresh="page")


VOID = Matter(
    "void",
    "draws.void",
    ActionCode.DECIDE_VOID,
    VoidRequest,
    request_void,
    decide_void,
    title="有人申请作废本次抽取",
    agree="确认作废",
    question="确认作废？受邀专家将被取消，原记录保留可查，项目回到未抽取。",
    asked="已申请作废，等待另一人确认。",
    agreed="抽取已作废，可以重新抽取。",
    turned_down="已退回作废申请。",
)
RELEASE = Matter(
    "release",
    "draws.release",
    ActionCode.DECIDE_RELEASE,
    ReleaseRequest,
    request_release,
    decide_release,
    title="有人申请提前公开名单",
    agree="确认公开",
    question="确认现在公开名单？公开后不能收回，有权限的人员都能查看姓名。",
    asked="已申请提前公开名单，等待另一人确认。",
    agreed="名单已公开，有权限的人员可以查看姓名。",
    turned_down="已退回提前公开的申请。",
)


def open_matters_of(draw: Draw, actions: Mapping[ActionCode, Action]) -> list[dict[str, Any]]:
    """Return what the page shows of requests about ``draw`` that wait for a second person."""
    shown = []
    for matter in (RELEASE, VOID):
        asked = open_request(matter.kind, draw)
        if asked is None:
            continue
        at = {"pk": draw.pk, "request_pk": asked.pk}
        shown.append(
            {
                "matter": matter,
                "asked": asked,
                "decide": actions[matter.deciding],
                "agree_url": reverse(f"draws:{matter.name}_agree", kwargs=at),
                "turn_down_url": reverse(f"draws:{matter.name}_turn_down", kwargs=at),
            }
        )
    return shown


@require_POST
@requires(VOID.code)
def void(request: UserRequest, pk: int) -> HttpResponse:
    return VOID.ask(request, pk)


@require_POST
@requires(VOID.code)
def void_decide(request: UserRequest, pk: int, request_pk: int, *, agree: bool) -> HttpResponse:
    return VOID.settle(request, pk, request_pk, agree=agree)


@require_POST
@requires(RELEASE.code)
def release(request: UserRequest, pk: int) -> HttpResponse:
    return RELEASE.ask(request, pk)


@require_POST
@requires(RELEASE.code)
def release_decide(request: UserRequest, pk: int, request_pk: int, *, agree: bool) -> HttpResponse:
    return RELEASE.settle(request, pk, request_pk, agree=agree)
