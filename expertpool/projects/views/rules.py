from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.projects.enums import Regime
from expertpool.projects.forms.application import RuleSettingsForm
from expertpool.projects.rules import OPTIONS, RULES
from expertpool.projects.services.rule_settings import set_blocking_rules, set_regime_options


@requires("projects.rules")
def rules(request: UserRequest) -> HttpResponse:
    form = RuleSettingsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        now = timezone.now()
        # Both or neither: they are one form.
        with transaction.atomic():
            set_blocking_rules(codes=form.codes, actor=request.user, now=now)
            set_regime_options(options=form.options_on, actor=request.user, now=now)
        messages.success(request, "规则设置已保存。")
        return redirect("projects:rules")
    stopping, on = form["rules"].value(), form["options"].value()
    context = {
        "form": form,
        "regimes": [
            (Regime(regime).label, [(rule, rule.code in stopping) for rule in rows])
            for regime, rows in groupby(RULES, key=lambda rule: rule.regime)
        ],
        "options": [(item, item.code in on) for item in OPTIONS],
    }
    return render(request, "projects/rule_settings.html", context)
