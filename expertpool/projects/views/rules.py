from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import attempt
from expertpool.core.views.editing import Editing
from expertpool.core.views.parts import parts_of
from expertpool.projects.enums import Regime
from expertpool.projects.forms.application import RuleSettingsForm
from expertpool.projects.models import RegimeSetting, RuleSetting
from expertpool.projects.rules import OPTIONS, RULES
from expertpool.projects.services.rule_settings import LOCK, set_blocking_rules, set_regime_options


@requires("projects.rules")
def rules(request: UserRequest) -> HttpResponse:
    settings = [(model, model.objects.all()) for model in (RuleSetting, RegimeSetting)]
    editing = Editing(request, Edits(*settings, lock=LOCK))
    form = RuleSettingsForm(request.POST if request.method == "POST" else None)
    editing.about(parts_of(form))

    def write() -> None:
        now = timezone.now()
        set_blocking_rules(codes=form.codes, actor=request.user, now=now)
        set_regime_options(options=form.options_on, actor=request.user, now=now)

    # Both or neither: they are one form, and one transaction.
    if attempt(form, write, editing=editing):
        messages.success(request, "规则设置已保存。")
        return redirect("projects:rules")
    stopping, on = form["rules"].value(), form["options"].value()
    context = {
        "form": form,
        "editing": editing,
        "regimes": [
            (Regime(regime).label, [(rule, rule.code in stopping) for rule in rows])
            for regime, rows in groupby(RULES, key=lambda rule: rule.regime)
        ],
        "may_set": request.user.has_permission("siteconfig.manage"),
        "options": [(item, item.code in on) for item in OPTIONS],
    }
    status = 422 if form.is_bound else 200
    return render(request, "projects/rule_settings.html", context, status=status)
