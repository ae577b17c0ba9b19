from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.projects.enums import Regime
from expertpool.projects.forms import RuleSettingsForm
from expertpool.projects.rules import RULES
from expertpool.projects.services.rule_settings import set_blocking_rules


@requires("projects.rules")
def rules(request: UserRequest) -> HttpResponse:
    form = RuleSettingsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        set_blocking_rules(codes=form.codes, actor=request.user, now=timezone.now())
        messages.success(request, "规则设置已保存。")
        return redirect("projects:rules")
    chosen = form["rules"].value()
    regimes = [
        (Regime(regime).label, [(rule, rule.code in chosen) for rule in rows])
        for regime, rows in groupby(RULES, key=lambda rule: rule.regime)
    ]
    return render(request, "projects/rule_settings.html", {"form": form, "regimes": regimes})
