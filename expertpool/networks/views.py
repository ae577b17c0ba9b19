"""The list of blocked and allowed networks."""

from __future__ import annotations

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.core.client import client_address
from expertpool.core.fields import is_vouched
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import ListTab, listing, render_list
from expertpool.networks.enums import RuleKind
from expertpool.networks.exceptions import RuleRefused
from expertpool.networks.forms import RuleFilters, RuleForm
from expertpool.networks.models import NetworkRule
from expertpool.networks.permissions import MANAGE
from expertpool.networks.queries import all_rules, standing
from expertpool.networks.services.rules import end_rule, rule_network

SORTS = {"made": "made_at", "until": "until"}


@requires(MANAGE)
def rule_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    holds = standing(now)
    shown = listing(
        request,
        all_rules(now),
        sorts=SORTS,
        default_sort="-made",
        form=RuleFilters(request.GET),
        tabs=(
            ListTab("", "禁止访问", holds & Q(kind=RuleKind.BLOCK)),
            ListTab("allow", "始终放行", holds & Q(kind=RuleKind.ALLOW)),
            ListTab("ended", "已解除", ~holds),
        ),
    )
    for rule in shown.context["page"].object_list:
        rule.is_altered = not is_vouched(rule)
    return render_list(request, "networks/list.html", shown.context)


@requires(MANAGE)
def create(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in RuleKind:
        raise Http404
    form = RuleForm(request.POST or None)
    chosen = RuleKind(kind)

    def write() -> str:
        rule = rule_network(
            kind=chosen,
            **form.cleaned_data,
            actor=request.user,
            address=client_address(request),
            now=timezone.now(),
        )
        return f"{rule.network} 已列入“{chosen.label}”。"

    return drawer_form(
        request, form, write, title=f"新增{chosen.label}的地址", refusals=RuleRefused, at="network"
    )


@require_POST
@requires(MANAGE)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(NetworkRule, pk=pk)
    try:
        end_rule(
            rule=rule,
            actor=request.user,
            now=timezone.now(),
            address=client_address(request),
        )
    except RuleRefused as refusal:
        return refused(str(refusal))
    return saved(f"{rule.network} 已解除，立即生效。")
