"""The department of an expert from a table: within what its clerk reaches, else where the import says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import User
from expertpool.core.importing.sheets import template_bytes
from expertpool.experts.models import Expert, ExpertVersion
from expertpool.experts.queries.names import called
from expertpool.experts.services.importing import ExpertImporter, import_file
from expertpool.experts.settings import AT_ONCE
from tests.attacks.test_rights import make_role
from tests.core.importing.sheets import read_xlsx, write_xlsx
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import NOW, make_expert, make_specialty
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-07", "EXP-23")]


def rows(folder: Path, *departments: str) -> Path:
    make_specialty("A010101", "桥梁")
    head = ["姓名", "手机号", "专业", "所属部门"]
    body = [
        [f"王{'甲乙丙丁戊己'[at]}", f"1380000{at:04}", "A010101", one]
        for at, one in enumerate(departments)
    ]
    return write_xlsx(folder / "名单.xlsx", [head, *body])


def of(name: str) -> str:
    expert = Expert.objects.get(called([name]))
    return expert.department.name if expert.department else ""


def test_the_template_has_the_column(tmp_path: Path) -> None:
    (tmp_path / "template.xlsx").write_bytes(template_bytes(ExpertImporter))
    assert "所属部门" in read_xlsx(tmp_path / "template.xlsx")[0]


def test_a_table_says_into_which_department(admin: User, tmp_path: Path) -> None:
    upper, other = make_department("建设局"), make_department("交通局")
    make_department("质监站", parent=upper)
    make_department("质监站", parent=other)
    path = rows(tmp_path, "建设局", "交通局/质监站", "质监站", "某某大学土木系", "")
    import_file(path, actor=admin, now=NOW)
    assert (of("王甲"), of("王乙")) == ("建设局", "质监站")
    assert Expert.objects.get(called(["王乙"])).department.parent == other
    # Two of one name, or none of ours: the expert is taken all the same, as where no column says it.
    assert (
        of("王丙")
        == of("王丁")
        == of("王戊")
        == (admin.department.name if admin.department else "")
    )


def test_nobody_puts_experts_where_he_does_not_reach(tmp_path: Path) -> None:
    own, far = make_department("甲处"), make_department("乙处")
    role = make_role("experts.import", "experts.add", "experts.view", scope=Scope.DEPARTMENT)
    clerk = make_user(roles=(role,), department=own)
    import_file(rows(tmp_path, "乙处", "甲处"), actor=clerk, now=NOW)
    assert of("王甲") == of("王乙") == own.name
    assert not Expert.objects.filter(department=far).exists()


def test_nobody_admits_where_he_only_imports(tmp_path: Path) -> None:
    own, far = make_department("甲处"), make_department("乙处")
    configure(AT_ONCE, True)
    wide = make_role("experts.import", "experts.add", "experts.view")
    narrow = make_role("experts.admit", scope=Scope.DEPARTMENT)
    clerk = make_user(roles=(wide, narrow), department=own)
    import_file(rows(tmp_path, "乙处", "甲处", ""), actor=clerk, now=NOW)
    found = {one.name: one.status for one in Expert.objects.all()}
    assert found == {"王甲": "pending", "王乙": "formal", "王丙": "formal"}
    assert Expert.objects.get(called(["王甲"])).department == far


def test_an_update_moves_them(admin: User, tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    upper, lower = make_department("建设局"), make_department("交通局")
    expert = make_expert("张伟", phone="13911110001", department=upper)
    client = login(Client(), admin)
    table = [["姓名", "手机号", "所属部门"], ["张伟", "13911110001", "交通局"]]
    content = write_xlsx(tmp_path / "a.xlsx", table).read_bytes()
    posted = {"file": SimpleUploadedFile("更新.xlsx", content)}
    page = client.post(reverse("experts:update"), posted, follow=True)
    (found,) = page.context["found"]["changed"]
    assert found["changes"] == [
        {"code": "department", "label": "所属部门", "before": "建设局", "after": "交通局"}
    ]
    run = page.context["run"]
    client.post(reverse("experts:update_confirm", args=[run.pk]), {"chosen": [2]}, follow=True)
    expert.refresh_from_db()
    assert expert.department == lower
    assert ExpertVersion.objects.filter(expert=expert).order_by("number").last().changed == [
        "department"
    ]
