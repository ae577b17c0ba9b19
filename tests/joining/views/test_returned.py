"""An application that is returned and handed in again, as both sides read it."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.files.queries import attachments_of
from expertpool.joining.models import Application
from expertpool.joining.queries.contents import stored
from expertpool.joining.queries.shown import corrections
from expertpool.joining.services.deciding import approve, reject, send_back
from expertpool.joining.services.drafts import save_step
from expertpool.joining.services.handing_in import hand_in
from tests.factories.accounts import make_user
from tests.factories.joining import make_application, scan
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def again(application: Application) -> Application:
    return Application.objects.select_related("user").get(pk=application.pk)


def page_of(application: Application, reader: User | None = None) -> str:
    """Its page, of its applicant or of somebody who reviews it."""
    if reader is not None:
        client, address = login(Client(), reader), reverse("joining:detail", args=[application.pk])
    else:
        client = login(Client(), User.objects.get(pk=application.user_id))
        address = reverse("joining:mine")
    return client.get(address).content.decode()


def handed_in_again(application: Application, **changes: list[str]) -> Application:
    """He corrects what he is asked to at the step 专业与职称."""
    row = again(application)
    row = save_step(
        application=row, step="profession", typed=changes, version=row.version, now=timezone.now()
    )
    hand_in(application=row, version=row.version, consents=1, actor=row.user, now=timezone.now())
    return again(row)


@pytest.mark.shows("EXP-13", "PORT-06")
def test_a_return_is_still_read_once_it_was_corrected(admin: User) -> None:
    """It vanished as soon as the applicant handed in again."""
    application = make_application()
    fields = {"title": "与证书不符"}
    send_back(
        application=application, actor=admin, note="请补正", fields=fields, now=timezone.now()
    )
    shown = page_of(application)
    assert "审核：退回补正" in shown
    assert "不同意" not in shown
    row = handed_in_again(application, title=["正高级工程师"])
    for page in (page_of(row), page_of(row, admin)):
        assert "审核：退回补正" in page
        assert "与证书不符" in page
        assert "不同意" not in page
    approve(application=row, actor=admin, now=timezone.now())
    assert "审核：退回补正" in page_of(row, admin)
    turned_down = make_application()
    reject(application=turned_down, actor=admin, note="职称不够", now=timezone.now())
    assert "审核：不通过" in page_of(turned_down)


@pytest.mark.shows("EXP-13")
def test_who_decides_again_reads_what_was_corrected(admin: User) -> None:
    application = make_application()
    assert corrections(application, admin) == []
    fields = {"title": "与证书不符", "phone": "请核对"}
    send_back(application=application, actor=admin, fields=fields, now=timezone.now())
    row = handed_in_again(application, title=["正高级工程师"])
    (change,) = corrections(row, admin)
    assert (change.label, change.after) == ("职称", "正高级工程师")
    assert change.before != change.after
    page = page_of(row, admin)
    assert "补正时改了这些" in page
    assert change.before in page
    approve(application=row, actor=admin, now=timezone.now())
    assert "补正时改了这些" not in page_of(row, admin)


@pytest.mark.shows("EXP-13", "PORT-06")
@pytest.mark.parametrize("does", ["nothing", "types", "adds a file", "takes one away"])
def test_who_hands_in_what_was_returned_without_a_change_is_told_and_so_is_who_decides(
    admin: User, does: str
) -> None:
    """Both believed that it was corrected."""
    application = make_application()
    # Its materials came with it.
    first = page_of(application, admin)
    assert "没有改动" not in first
    assert "补正时" not in first
    fields = {"title": "与证书不符", "files": "不清楚"}
    send_back(application=application, actor=admin, fields=fields, now=timezone.now())
    row, client = again(application), login(Client(), application.user)
    if does == "types":
        typed = stored(row)["profession"] | {"title": ["正高级工程师"]}
        save_step(
            application=row, step="profession", typed=typed, version=row.version, now=timezone.now()
        )
    if does != "nothing" and does != "types":
        client.post(reverse("joining:files"), {"files": scan("新证书.png")})
    if does == "takes one away":
        (old, _) = attachments_of(row)
        client.post(reverse("joining:file_remove", args=[old.pk]))
    said = client.get(reverse("joining:step", args=["confirm"])).content.decode()
    assert ("还没有改动" in said) is (does == "nothing")
    row = again(application)
    hand_in(application=row, version=row.version, consents=1, actor=row.user, now=timezone.now())
    read = page_of(again(row), admin)
    assert ("退回后没有改动" in read) is (does == "nothing")
    assert ("补正时增删了照片或材料" in read) is (does not in {"nothing", "types"})
    approve(application=again(row), actor=admin, now=timezone.now())
    assert "没有改动" not in page_of(again(row), admin)


@pytest.mark.shows("PORT-05")
def test_he_is_promised_the_ways_by_which_he_is_told() -> None:
    """Whoever gave no mail read 短信、邮件."""
    application = make_application()
    assert "审核结果将用短信、邮件通知您" in page_of(application)
    client = login(Client(), make_application(email=[""]).user)
    assert "审核结果将用短信通知您" in client.get(reverse("joining:mine")).content.decode()


@pytest.mark.shows("PORT-05", "PORT-06")
def test_what_the_number_tells_is_shown_and_files_open() -> None:
    application = make_application()
    page = page_of(application)
    number = application.contents.partition('"id_number": ["')[2][:18]
    assert number
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    assert born in page
    (file,) = attachments_of(application)
    address = reverse("files:preview", args=[file.pk])
    assert address in page
    client = login(Client(), application.user)
    assert client.get(address).status_code == 200
    assert login(Client(), make_user("applicant")).get(address).status_code in {403, 404}


@pytest.mark.shows("EXP-13")
def test_of_two_who_decide_the_second_reads_who_was_first(admin: User) -> None:
    """He read that there is no such application, or not for him."""
    application = make_application()
    late = login(Client(), make_user("admin", name="李晓梅"))
    addresses = [reverse(f"joining:{act}", args=[application.pk]) for act in ("approve", "return")]
    for address in addresses:
        assert late.get(address).status_code == 200
    reject(application=application, actor=admin, note="职称不够", now=timezone.now())
    for address in addresses:
        answer = late.post(address, {"note": "可以"}, headers={"HX-Request": "true"})
        said = json.loads(answer["HX-Trigger"])["toast"]["message"]
        assert answer.status_code == 409
        assert f"已由 {admin.name} 办理，现为“未通过”" in said
    assert again(application).state == "rejected"
