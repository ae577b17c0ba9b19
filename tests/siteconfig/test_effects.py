"""What the office has set counts at once, where it was a constant before."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import Settings

from expertpool.accounts import settings as sign_in_settings
from expertpool.accounts.forms.accounts import PasswordForm
from expertpool.accounts.forms.tokens import TokenForm
from expertpool.accounts.models import User
from expertpool.accounts.services.passwords import change_own_password
from expertpool.accounts.services.tokens import create_token
from expertpool.core.filling import TemplateRefused
from expertpool.experts.queries.experts import state_word
from expertpool.experts.settings import TERM_ENDING_WITHIN
from expertpool.experts.tables import tabs
from expertpool.papers.forms import TemplateUploadForm
from expertpool.papers.registry import PAPERS
from expertpool.papers.services import upload_template
from expertpool.papers.settings import TEMPLATE_SIZE
from expertpool.portal.exceptions import PhoneRefused
from expertpool.portal.services.phones import check_link, link_of
from expertpool.portal.settings import PHONE_LINK_VALID
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import PASSWORD, make_user
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


def test_how_long_before_its_end_a_term_is_told() -> None:
    today = timezone.localdate()
    expert = make_expert(term_end_date=today + timedelta(days=30))
    ending = next(tab for tab in tabs(today) if tab.code == "ending")
    assert state_word(expert, today) == "即将到期"
    configure(TERM_ENDING_WITHIN, timedelta(days=10))
    later = next(tab for tab in tabs(today) if tab.code == "ending")
    assert state_word(expert, today) == "在库"
    assert [type(expert).objects.filter(tab.q).count() for tab in (ending, later)] == [1, 0]


def test_how_long_a_password_is_and_which_were_used(admin: User) -> None:
    user = make_user()
    validate_password("Qvw-8352", user)
    configure(sign_in_settings.PASSWORD_LENGTH, 12)
    with pytest.raises(ValidationError, match="密码至少 12 位"):
        validate_password("Qvw-8352", user)
    configure(sign_in_settings.PASSWORDS_KEPT, 2)
    assert "至少 12 位" in str(PasswordForm().fields["new"].help_text)
    assert "最近 2 次" in str(PasswordForm().fields["new"].help_text)
    change_own_password(user=user, old=PASSWORD, new="Neues-Wort-11", now=NOW)
    change_own_password(user=user, old="Neues-Wort-11", new="Neues-Wort-22", now=NOW)
    with pytest.raises(ValidationError, match="最近 2 次"):
        change_own_password(user=user, old="Neues-Wort-22", new="Neues-Wort-11", now=NOW)
    change_own_password(user=user, old="Neues-Wort-22", new=PASSWORD, now=NOW)


def test_how_long_a_token_lives(admin: User) -> None:
    configure(sign_in_settings.TOKEN_USUAL, timedelta(days=7))
    configure(sign_in_settings.TOKEN_LONGEST, timedelta(days=30))
    form = TokenForm(actor=admin)
    assert form.initial["expires_on"] == timezone.localdate() + timedelta(days=7)
    assert "最长 30 天" in str(form.fields["expires_on"].help_text)
    with pytest.raises(ValidationError, match="今后 30 天之内"):
        create_token(
            name="OA",
            user=admin,
            scopes=["projects.view"],
            expires_at=NOW + timedelta(days=31),
            actor=admin,
            now=NOW,
        )
    with pytest.raises(SettingsRefused, match="不能超过“接口令牌最长有效”"):
        save_settings(
            group=sign_in_settings.TOKENS,
            values={sign_in_settings.TOKEN_USUAL.code: timedelta(days=31)},
            version=version_of(sign_in_settings.TOKENS),
            actor=admin,
            now=NOW,
        )


def test_how_long_a_link_to_a_phone_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    user = make_user(phone="13812340001")
    token = link_of(str(user.pk), timezone.now())["验证链接"].rstrip("/").rpartition("/")[2]
    opened = time.time() + 400
    configure(PHONE_LINK_VALID, timedelta(minutes=5))
    with monkeypatch.context() as later:
        later.setattr("django.core.signing.time.time", lambda: opened)
        with pytest.raises(PhoneRefused, match="过期"):
            check_link(token, user)
    configure(PHONE_LINK_VALID, timedelta(minutes=30))
    with monkeypatch.context() as later:
        later.setattr("django.core.signing.time.time", lambda: opened)
        check_link(token, user)


def test_how_large_a_form_of_a_paper_may_be(
    admin: User, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    paper = next(iter(PAPERS))
    configure(TEMPLATE_SIZE, 1)
    assert "最大 1 MB" in str(TemplateUploadForm().fields["file"].help_text)
    with pytest.raises(TemplateRefused, match="模板最大 1 MB"):
        upload_template(
            paper=paper,
            project_kind="",
            uploaded_file=SimpleUploadedFile("表.xlsx", bytes(1024**2 + 1)),
            actor=admin,
            now=NOW,
        )
