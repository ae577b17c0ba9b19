"""Who sees only his department imports into it only, and puts only its experts into groups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.experts.models import Expert, Tag
from tests.attacks.test_rights import make_role
from tests.core.importing.sheets import write_xlsx
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert, make_tag
from tests.fixtures import login

pytestmark = pytest.mark.django_db
RIGHTS = ("experts.view", "experts.add", "experts.edit", "experts.import", "experts.tags")


@pytest.fixture
def clerk() -> User:
    role = make_role(*RIGHTS, scope=Scope.DEPARTMENT)
    return make_user(roles=(role,), department=make_department("工程部"))


@pytest.fixture
def grouper() -> User:
    """Sees the whole pool, and groups the experts of his department."""
    roles = (make_role("experts.view"), make_role("experts.tags", scope=Scope.DEPARTMENT))
    return make_user(roles=roles, department=make_department("财务部"))


def _tag_all(user: User, tag: Tag, *experts: Expert) -> Any:
    posted = {"pk": [one.pk for one in experts], "add": [tag.pk]}
    return login(Client(), user).post(reverse("experts:tag_many"), posted)


@pytest.mark.shows("EXP-07")
def test_an_import_goes_into_the_department_of_who_imports(
    clerk: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    client = login(Client(), clerk)
    rows = [["姓名", "手机号", "所属部门", "部门"], ["张伟", "13911110001", "财务部", "财务部"]]
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("名单.xlsx", content), "status": "formal"}
    run = client.post(reverse("experts:import"), posted, follow=True).context["run"]
    codes = {"column-0": "name", "column-1": "phone", "column-2": "", "column-3": ""}
    client.post(reverse("experts:import_mapping", args=[run.pk]), codes)
    client.post(reverse("experts:import_confirm", args=[run.pk]))
    assert Expert.objects.get().department == clerk.department


def _import(user: User, path: Path, **options: Any) -> Any:
    content = write_xlsx(
        path / "b.xlsx", [["姓名", "手机号"], ["张伟", "13911110001"]]
    ).read_bytes()
    posted = {"file": SimpleUploadedFile("名单.xlsx", content), "status": "formal", **options}
    client = login(Client(), user)
    page = client.post(reverse("experts:import"), posted, follow=True)
    if run := page.context.get("run"):
        client.post(reverse("experts:import_confirm", args=[run.pk]))
    return page


@pytest.mark.shows("EXP-07")
def test_who_imports_sees_whom_he_has_imported(settings: Any, tmp_path: Path) -> None:
    """Bound to departments and in none himself, he chooses one of those that he sees."""
    settings.MEDIA_ROOT = tmp_path / "media"
    mine, other = make_department("工程部"), make_department("财务部")
    role = make_role(*RIGHTS, scope=Scope.CHOSEN)
    for grant in role.permissions.all():
        grant.departments.set([mine])
    clerk = make_user(roles=(role,))
    assert "请系统管理员" in _import(clerk, tmp_path).content.decode()
    assert _import(clerk, tmp_path, department=other.pk).context.get("run") is None
    assert not Expert.objects.exists()
    _import(clerk, tmp_path, department=mine.pk)
    assert Expert.objects.get().department == mine
    assert "张伟" in login(Client(), clerk).get(reverse("experts:list")).content.decode()


def test_who_sees_no_department_imports_nobody(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    clerk = make_user(roles=(make_role(*RIGHTS, scope=Scope.DEPARTMENT),))
    page = login(Client(), clerk).get(reverse("experts:import")).content.decode()
    assert "您的账号没有可用的部门" in page
    _import(clerk, tmp_path)
    assert not Expert.objects.exists()


def test_who_enters_somebody_sees_him(client: Client) -> None:
    clerk = make_user(roles=(make_role(*RIGHTS, scope=Scope.DEPARTMENT),))
    posted = {"kind": "individual", "name": "张伟", "phone": "13911110001", "title_level": ""}
    page = login(client, clerk).post(reverse("experts:create"), posted)
    assert "请选择所属部门" in page.content.decode()
    assert not Expert.objects.exists()


def test_an_update_finds_nobody_of_another_department(
    clerk: User, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    other = make_expert("李娜", department=make_department("财务部"))
    rows = [["专家编号", "职务"], [other.number, "处长"]]
    content = write_xlsx(tmp_path / "a.xlsx", rows).read_bytes()
    posted = {"file": SimpleUploadedFile("更新.xlsx", content)}
    answer = login(Client(), clerk).post(reverse("experts:update"), posted, follow=True)
    assert answer.context["run"].reasons == {"库中没有这位专家": 1}


def test_groups_are_given_to_experts_in_scope_only(grouper: User) -> None:
    own = make_expert("张伟", department=grouper.department)
    other = make_expert("李娜", department=make_department("工程部"))
    tag = make_tag()
    _tag_all(grouper, tag, own, other)
    assert list(tag.experts.all()) == [own]
    client = login(Client(), grouper)
    assert client.get(reverse("experts:expert_tags", args=[own.pk])).status_code == 200
    assert client.get(reverse("experts:expert_tags", args=[other.pk])).status_code == 404
    page = client.get(reverse("experts:detail", args=[other.pk])).content.decode()
    assert reverse("experts:expert_tags", args=[other.pk]) not in page


def test_a_group_counts_those_that_its_reader_may_see(clerk: User, admin: User) -> None:
    tag = make_tag()
    tag.experts.add(make_expert("张伟", department=clerk.department))
    tag.experts.add(make_expert("李娜", department=make_department("财务部")))
    for user, count in ((clerk, "1"), (admin, "2")):
        table = login(Client(), user).get(reverse("experts:tag_list")).context["table"]
        assert str(table[0]["cells"][1][1]) == count


def test_a_group_of_others_is_not_deleted(clerk: User, admin: User) -> None:
    tag = make_tag()
    tag.experts.add(make_expert("李娜", department=make_department("财务部")))
    address = reverse("experts:tag_delete", args=[tag.pk])
    assert login(Client(), clerk).post(address).status_code == 409
    assert login(Client(), admin).post(address).status_code == 204
    assert not Tag.objects.exists()


@pytest.mark.shows("EXP-40")
def test_a_group_of_others_is_not_renamed(clerk: User, admin: User) -> None:
    """Others' plans and lists name it."""
    tag = make_tag()
    tag.experts.add(make_expert("张伟", department=clerk.department))
    address, was = reverse("experts:tag_edit", args=[tag.pk]), tag.name

    def rename(user: User) -> int:
        client = login(Client(), user)
        page = client.get(address).content.decode()
        typed = {"name": "改名", "colour": tag.colour}
        if 'name="version" value="' in page:
            typed["version"] = page.split('name="version" value="')[1].partition('"')[0]
        return client.post(address, typed).status_code

    other = make_expert("李娜", department=make_department("财务部"))
    tag.experts.add(other)
    assert rename(clerk) == 422
    tag.refresh_from_db()
    assert tag.name == was
    tag.experts.remove(other)
    assert rename(clerk) == 204
    tag.experts.add(other)
    assert rename(admin) == 204
