"""The session of whoever has shown who he is, and what he has to do in it first.

A password that is older than the office lets it be is good for choosing another, and nothing else
(docs/decisions/0470): that stands in the session, `middleware.OldPasswordMiddleware` holds him to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth import login
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.timezone import localtime

from expertpool.accounts.enums import BY_PASSWORD, LoginMethod
from expertpool.accounts.models import UsedPassword, User
from expertpool.accounts.queries import outsiders_among
from expertpool.accounts.registry import why_no_password
from expertpool.accounts.services.second_steps import BACKEND
from expertpool.accounts.settings import PASSWORD_AGE, PASSWORD_LETTER, PASSWORD_WARNING
from expertpool.core.configuration import value_of
from expertpool.siteconfig.queries.counting import counted

OVER = "password_over"  # in the session of who has to choose another password first


def open_session(
    request: HttpRequest, user: User, *, by: LoginMethod, way_on: str, now: datetime
) -> str:
    """Sign ``user`` in, who has shown by ``by`` who he is, and return where he goes first: ``way_on``, or to choose
    a password where the one he typed was given him by somebody, or is too old. Of one that soon will be he is told."""
    # The name of the backend has to be given, since `authenticate` is not asked.
    login(request, user, backend=BACKEND)
    ends = password_ends(user, now=now) if by in BY_PASSWORD else None
    if ends is not None and ends <= now:
        request.session[OVER] = True
    elif ends is not None and ends <= now + timedelta(days=value_of(PASSWORD_WARNING)):
        told = f"您的密码 {localtime(ends):%Y-%m-%d %H:%M} 到期，到期后登录须先修改。"
        messages.warning(request, f"{told}可现在就改：右上角姓名下的「修改密码」。")
    # Nothing else would be allowed him.
    has_to_choose = user.must_change_password or OVER in request.session
    return reverse("accounts:password") if has_to_choose else way_on


def password_ends(user: User, *, now: datetime) -> datetime | None:
    """Return when the password of ``user`` is too old to sign in by; None: never, or he signs in by none of here."""
    if not (days := counted(PASSWORD_AGE, now)) or why_no_password(user):
        return None
    # Of one that was chosen before such rows were kept no more is known than when the account was opened.
    chosen = user.used_passwords.order_by("-id").values_list("at", flat=True).first()
    return (chosen or user.created_at) + timedelta(days=days)


@dataclass(frozen=True)
class EndingPassword:
    """That the password of ``user``, which was ``chosen`` then, ``ends``."""

    user: User
    chosen: datetime
    ends: datetime


def ending_passwords(*, now: datetime) -> list[EndingPassword]:
    """Return the passwords of people of the office that end within the days of `PASSWORD_LETTER`, as `password_ends`
    says; none of those who have to choose one anyway."""
    days, before = counted(PASSWORD_AGE, now), value_of(PASSWORD_LETTER)
    if not days or not before:
        return []
    age = timedelta(days=days)
    last = UsedPassword.objects.filter(user=OuterRef("pk")).order_by("-id").values("at")[:1]
    rows = (
        User.objects.filter(is_active=True, must_change_password=False)
        .annotate(chosen=Coalesce(Subquery(last), "created_at"))
        .filter(chosen__gt=now - age, chosen__lte=now - age + timedelta(days=before))
    )
    found = list(rows.order_by("pk"))
    outside = outsiders_among([user.pk for user in found])
    return [
        EndingPassword(user, user.chosen, user.chosen + age)
        for user in found
        if user.pk not in outside and not why_no_password(user)
    ]
