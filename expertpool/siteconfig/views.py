"""The page of all settings."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.core.configuration import Setting, SettingGroup, TrialFailed
from expertpool.core.configuration.catalogue import SETTING_TRIALS, SITE_SETTINGS, setting_groups
from expertpool.core.configuration.reading import current
from expertpool.core.permissions import requires
from expertpool.core.responses import refused, saved
from expertpool.core.scanning import ScanRefused, scan
from expertpool.core.text import is_key
from expertpool.core.views.drawers import hears
from expertpool.core.views.listing import render_list
from expertpool.siteconfig.exceptions import ChangedMeanwhile, SettingsRefused
from expertpool.siteconfig.forms import SettingsForm
from expertpool.siteconfig.queries.page import (
    MANAGE,
    history_of,
    in_words,
    may_edit,
    may_read,
    needed_by_groups,
    reset_question,
    rows_by_group,
    version_of,
)
from expertpool.siteconfig.queries.stored import is_cut
from expertpool.siteconfig.services import reset_setting, save_settings, try_settings


@hears  # some settings are sounds
@requires("siteconfig.manage")
def index(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    groups = rows_by_group(query, viewer=request.user, now=timezone.now())
    context = {
        "groups": groups,
        "query": query,
        "total": sum(len(rows) for _, rows in groups),
        "is_cut": is_cut(current()),
    }
    return render_list(request, "siteconfig/index.html", context)


@requires(MANAGE, needed_by_groups)
def edit(request: HttpRequest, group: str) -> HttpResponse:
    found = _group(request, group)
    form = SettingsForm(
        found,
        request.POST or None,
        request.FILES or None,
        focus=request.GET.get("focus", ""),
        now=timezone.now(),
    )
    if request.method == "POST" and form.is_valid() and _scanned(request, form):
        try:
            changes = save_settings(
                group=found,
                values=form.values,
                version=form.cleaned_data["version"],
                actor=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
            )
        except SettingsRefused as error:
            form.refuse(error.errors)
        except ChangedMeanwhile as error:
            return _form(request, form.after(error.changes), meanwhile=in_words(error.changes))
        else:
            if not changes:
                return saved("没有改动。", level="info", refresh="page")
            return saved(f"已保存，{found.saved}。", refresh="page")
    return _form(request, form)


@require_POST
@requires(MANAGE, needed_by_groups)
def try_out(request: HttpRequest, group: str) -> HttpResponse:
    """Try what is typed, without saving it; answers what came of it."""
    found = _group(request, group)
    trial = SETTING_TRIALS.get(found.code)
    if trial is None:
        return refused("这一组设置没有可以试的，直接保存即可。")
    form = SettingsForm(found, request.POST, now=timezone.now())
    done, problems = "", [text for texts in form.errors.values() for text in texts]
    if form.is_valid():
        try:
            done = try_settings(
                group=found,
                values=form.values,
                address=request.POST.get("address", "").strip(),
                actor=request.user,  # type: ignore[arg-type]
                now=timezone.now(),
            )
        except SettingsRefused as error:
            problems = [text for texts in error.errors.values() for text in texts]
        except TrialFailed as error:
            problems = [str(error)]
    return render(request, "siteconfig/trial.html", {"done": done, "problems": problems})


@requires(MANAGE, needed_by_groups)
def history(request: HttpRequest, code: str) -> HttpResponse:
    setting = _setting(code)
    if not may_read(request.user, setting.group):
        raise Http404
    version = version_of(setting)  # before the changes are read: a newer one is refused
    context = {
        "setting": setting,
        "items": [line.told for line in history_of(setting)],
        "is_default": setting.code not in current(),
        "version": version,
        "question": reset_question(setting),
    }
    return render(request, "siteconfig/history.html", context)


@require_POST
@requires(MANAGE, needed_by_groups)
def reset(request: HttpRequest, code: str) -> HttpResponse:
    setting, version = _setting(code), request.POST.get("version", "")
    if not may_edit(request.user, setting.group):
        raise Http404
    try:
        reset_setting(
            setting=setting,
            version=int(version) if is_key(version) else 0,
            actor=request.user,  # type: ignore[arg-type]
            now=timezone.now(),
        )
    except SettingsRefused as error:
        return refused("".join(text for texts in error.errors.values() for text in texts))
    except ChangedMeanwhile as error:
        told = "；".join(line.sentence for line in in_words(error.changes))
        return refused(f"{told}。没有恢复默认：请刷新页面，核对后再恢复。")
    return saved(f"“{setting.label}”已恢复默认。", refresh="page")


def _scanned(request: HttpRequest, form: SettingsForm) -> bool:
    """Tell whether the pictures that were chosen are clean; say at their fields what is not."""
    for name in form.files.keys() & form.fields.keys():
        file: Any = form.files[name]
        try:
            scan(
                file,
                name=str(file.name),
                door="站点设置",
                user_id=request.user.pk,
                now=timezone.now(),
            )
        except ScanRefused as refusal:
            form.add_error(name, str(refusal))
    return form.is_valid()


def _group(request: HttpRequest, code: str) -> SettingGroup:
    for group in setting_groups():
        if group.code == code and may_edit(request.user, group):
            return group
    raise Http404


def _setting(code: str) -> Setting[Any]:
    setting = SITE_SETTINGS.get(code)
    if setting is None:
        raise Http404
    return setting


def _form(request: HttpRequest, form: SettingsForm, *, meanwhile: Any = ()) -> HttpResponse:
    trial = SETTING_TRIALS.get(form.group.code)
    context = {
        "form": form,
        "title": f"修改设置：{form.group.label}",
        "group": form.group,
        "trial": trial,
        "address": getattr(request.user, "email", "") if trial and trial.is_mail else "",
        "meanwhile": meanwhile,
    }
    status = 422 if form.errors or meanwhile else 200
    return render(request, "siteconfig/edit.html", context, status=status)
