"""Drawer forms around a project: shown, refused with what was typed, saved."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render

from expertpool.accounts.models import UserRequest
from expertpool.core.responses import saved
from expertpool.files.exceptions import FileRefused
from expertpool.projects.exceptions import ProjectError


def drawer_form(
    request: UserRequest,
    form: BaseForm,
    write: Callable[[], object],
    *,
    title: str,
    message: str,
    submit_label: str = "保存",
    refresh: str = "page",
) -> HttpResponse:
    """Answer a drawer form: call ``write`` once it is valid; what is refused stands at its field."""
    if form.is_valid():
        try:
            write()
        except (ProjectError, FileRefused) as refusal:
            form.add_error(None, str(refusal))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return saved(message, refresh=refresh)
    context = {"form": form, "title": title, "submit_label": submit_label}
    status = 422 if form.is_bound else 200
    return render(request, "core/drawer_form.html", context, status=status)
