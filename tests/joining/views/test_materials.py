"""What a reviewer sees of an application: the material by a right of its own, and why somebody is not named."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import RoleField, User
from expertpool.experts.models import Expert
from expertpool.files.models import Attachment
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import stored
from tests.attacks.test_rights import make_role
from tests.factories.accounts import change, make_department, make_user
from tests.factories.experts import make_expert, rename
from tests.factories.joining import make_application
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-13")]


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def page_of(user: User, application: Application) -> str:
    client = login(Client(), user)
    return client.get(reverse("joining:detail", args=[application.pk])).content.decode()


def test_the_office_lets_a_reviewer_see_the_material(db: None) -> None:
    application = make_application()
    file = Attachment.objects.get(subject_type="joining.application", subject_id=application.pk)
    blind = make_user(roles=(make_role("joining.review"),))
    judge = make_user(roles=(make_role("joining.review", "joining.materials"),))
    other = make_user(roles=(make_role("joining.materials"),))
    page = page_of(blind, application)
    assert "您没有查看的权限" in page
    assert file.name not in page
    assert file.name in page_of(judge, application)
    number = stored(application)["basic"]["id_number"][0]
    assert number not in page_of(judge, application)
    # He has not chosen which document it is: it is said by its number.
    assert not any(stored(application)["basic"].get("id_kind", []))
    assert "居民身份证" in page_of(judge, application)
    address = reverse("files:download", args=[file.pk])
    assert login(Client(), blind).get(address).status_code == 404
    answer = login(Client(), judge).get(address)
    assert answer.status_code == 200
    assert b"".join(answer)
    # Without the right to review, no application is there for him.
    assert login(Client(), other).get(address).status_code == 404


def test_it_says_why_somebody_is_not_named(db: None) -> None:
    application = make_application()
    known = make_expert("钱思源", email=f"a{application.pk}@example.cn")
    role = make_role("joining.review", "experts.view", "experts.add", scope=Scope.ALL)
    reviewer = make_user(roles=(role,))
    page = page_of(reviewer, application)
    assert "邮箱相同（您看不到这些号码的全文，不显示是谁，可请能看全文的人核对）" in page
    assert "不在您的查看范围内" not in page
    assert known.name not in page
    # Of the same name: it tells nothing to name him to whom he is shown anyway.
    rename(Expert.objects.filter(pk=known.pk), "李申请")
    assert known.number in page_of(reviewer, application)
    own, far = make_department("甲处"), make_department("乙处")
    near = make_role("joining.review", "experts.view", scope=Scope.DEPARTMENT)
    clerk = make_user(roles=(near,), department=own)
    Expert.objects.filter(pk=known.pk).update(department=far)
    page = page_of(clerk, application)
    assert "不在您的查看范围内" in page
    assert known.number not in page


def test_who_sees_the_mail_is_told_by_it_not_that_he_cannot_see_the_number(admin: User) -> None:
    """The administrator sees mails plain, numbers of documents masked: the page named the expert, and the refusal
    said that he could not know."""
    application = make_application()
    levels = RoleField.objects.filter(role__code="admin", field="experts.id_number")
    change(levels, level="masked")
    number = stored(application)["basic"]["id_number"][0]
    known = make_expert("钱思源", email=f"a{application.pk}@example.cn", id_number=number)
    answer = login(Client(), User.objects.get(pk=admin.pk)).post(
        reverse("joining:approve", args=[application.pk]), {"version": application.version}
    )
    told = answer.content.decode()
    assert answer.status_code in {409, 422}, told
    assert f"已属于专家{known}" in told
    assert "您不能查看完整号码" not in told
