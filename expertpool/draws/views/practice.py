"""练一次抽取: from the conditions to the record, over invented experts. Nothing is stored: the address of each page
carries what was decided so far, so that one may go back, and practise in two windows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer
from expertpool.draws.enums import CONTRIBUTOR_LABEL
from expertpool.draws.exceptions import PracticeRefused
from expertpool.draws.forms.practice import PracticeForm, PracticeValuesForm
from expertpool.draws.services.entropy import SystemEntropy
from expertpool.draws.services.practice import (
    Practice,
    answer_line,
    begin_practice,
    give_values,
    letters_of,
    play,
    read_practice,
    write_practice,
)
from expertpool.draws.services.practice_pool import PLACE, POOL, PROJECT, PURCHASER, kept_out_of

STEPS = ("设条件", "封存、给随机值", "邀请、答复", "结果")


@require_http_methods(["GET", "HEAD", "POST"])
@requires("draws.run")
def practice(request: UserRequest) -> HttpResponse:
    """The page of each step; POST takes the next one."""
    now = timezone.now()
    try:
        one = _practice_of(request, now=now)
    except PracticeRefused as error:
        messages.error(request, str(error))
        return redirect("draws:practice")
    if one is None or not one.is_ordered:
        return _asked(request, one, now=now)
    return (
        _answer(request, one, now=now)
        if request.method == "POST"
        else _ordered(request, one, now=now)
    )


def _practice_of(request: HttpRequest, *, now: datetime) -> Practice | None:
    """Return the practice that goes on, by the address; None: none has begun."""
    given = request.GET.get("state", "")
    return read_practice(given, now=now) if given else None


def _led_to(one: Practice) -> HttpResponseRedirect:
    return redirect(reverse("draws:practice", query={"state": write_practice(one)}) + "#next")


def _asked(request: UserRequest, one: Practice | None, *, now: datetime) -> HttpResponse:
    """The steps before the order: the conditions, then the seal and the values."""
    data = request.POST if request.method == "POST" else None
    form: forms.Form = PracticeForm(data) if one is None else PracticeValuesForm(data)
    if form.is_valid():
        return _led_to(_next(one, form, now))
    context: dict[str, Any] = {
        "steps": STEPS,
        "current": 0 if one is None else 1,
        "form": form,
        "practice": one,
        "project": PROJECT,
        "purchaser": PURCHASER,
        "place": PLACE,
        "pool": POOL,
    }
    if one is not None:
        context["kept_out"] = kept_out_of(one.specialty)
    return render(request, "draws/practice.html", context, status=422 if form.errors else 200)


def _next(one: Practice | None, form: Any, now: datetime) -> Practice:
    if one is None:
        return begin_practice(**form.cleaned_data, now=now, entropy=SystemEntropy())
    return give_values(one, *form.values, now=now)


def _answer(request: UserRequest, one: Practice, *, now: datetime) -> HttpResponse:
    line, answer = request.POST.get("line", ""), request.POST.get("answer", "")
    try:
        one = answer_line(one, line=line, answer=answer, now=now)
    except PracticeRefused as error:
        messages.error(request, str(error))
    return _led_to(one)


def _ordered(request: UserRequest, one: Practice, *, now: datetime) -> HttpResponse:
    played = play(one)
    context = {
        "steps": STEPS,
        "current": 3 if played.is_over else 2,
        "practice": one,
        "played": played,
        "values": list(zip(CONTRIBUTOR_LABEL.values(), one.values, strict=True)),
        "kept_out": kept_out_of(one.specialty),
        "letters": list(letters_of(played, now=now)),
        "token": request.GET["state"],
    }
    return render(request, "draws/practice.html", context)


@require_safe
@requires("draws.run")
def practice_record(request: UserRequest) -> HttpResponseBase:
    """The record of a practice that is over, made anew from the address: nobody keeps one."""
    try:
        one = _practice_of(request, now=timezone.now())
        if one is None or not one.is_ordered:
            raise PracticeRefused("请先练完一次，再下载记录。")
        content = play(one).record()
    except PracticeRefused as error:
        messages.error(request, str(error))
        return redirect("draws:practice")
    text = json.dumps(content, ensure_ascii=False, indent=1)
    return file_answer(text.encode(), name=f"{one.number}.json")
