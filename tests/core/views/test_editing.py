"""Nobody overwrites what he has not seen. Which forms say what they have read:
tests/architecture/test_editing.py."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable

import pytest
from django.db import connections
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import Department, Role, RoleField, User
from expertpool.accounts.services.departments import LOCK, edit_department
from expertpool.accounts.services.users import edit_user
from expertpool.audit.models import Entry
from expertpool.audit.queries import edits_in_words
from expertpool.audit.services import Edits
from expertpool.core.views.editing import ChangedMeanwhile, Editing
from expertpool.experts.models import Expert, Tag
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.tags import delete_tag
from tests.architecture.forms import forms_of
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert, make_tag
from tests.fixtures import login

NOW = timezone.now()


def version_in(page: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    return found[1]


def posted_by(page: HttpResponse) -> dict[str, list[str]]:
    """What a browser posts that shows ``page`` with one form, as it stands."""
    return forms_of(page.content.decode())[-1].values


def renamed(user: User, name: str, *, by: User, phone: str = "") -> None:
    edit_user(
        user=User.objects.get(pk=user.pk),
        name=name,
        phone=phone,
        email="",
        department=None,
        actor=by,
        now=NOW,
    )


@pytest.fixture
def somebody(db: None) -> User:
    return make_user(name="王明")


@pytest.mark.django_db
def test_who_comes_second_is_told_and_decides(client: Client, admin: User, somebody: User) -> None:
    address = reverse("accounts:user_edit", args=[somebody.pk])
    read = version_in(login(client, admin).get(address).content.decode())
    other = make_user("admin", name="管理员老张")
    renamed(somebody, "王小明", by=other, phone="13800000001")

    typed = {"name": "王大明", "phone": "", "email": "wang@example.cn", "version": read}
    late = client.post(address, typed)
    page = late.content.decode()
    assert late.status_code == 422
    assert User.objects.get(pk=somebody.pk).name == "王小明"
    for text in ("管理员老张 于 ", "王明 → 王小明", "仍按我填写的保存", "重新读取"):
        assert text in page
    assert "13800000001" not in page  # as the log has it: masked
    assert 'value="王大明"' in page
    assert 'value="wang@example.cn"' in page

    saved = client.post(address, typed | {"version": version_in(page)})
    assert saved.status_code == 204
    assert User.objects.get(pk=somebody.pk).name == "王大明"


@pytest.mark.django_db
def test_what_only_the_other_has_changed_stays_his(
    client: Client, admin: User, somebody: User
) -> None:
    address = reverse("accounts:user_edit", args=[somebody.pk])
    read = posted_by(login(client, admin).get(address))
    other = make_user("admin", name="管理员老张")
    edit_user(
        user=User.objects.get(pk=somebody.pk),
        name="王小明",
        phone=somebody.phone,
        email="new@example.cn",
        department=None,
        actor=other,
        now=NOW,
    )
    late = client.post(address, read | {"phone": "13800000002", "name": "王大明"})
    page = late.content.decode()
    assert late.status_code == 422
    assert "保留对方的修改（您没有动过，下面已是对方的新值）：邮箱。" in page
    assert "冲突（您和对方都改了，下面是您填写的）：姓名。" in page
    assert client.post(address, posted_by(late)).status_code == 204
    somebody.refresh_from_db()
    assert (somebody.name, somebody.phone) == ("王大明", "13800000002")
    assert somebody.email == "new@example.cn"


@pytest.mark.django_db
def test_without_what_was_read_nothing_is_taken_over(
    client: Client, admin: User, somebody: User
) -> None:
    address = reverse("accounts:user_edit", args=[somebody.pk])
    read = posted_by(login(client, admin).get(address))
    renamed(somebody, "王小明", by=make_user("admin", name="管理员老张"))
    page = client.post(address, read | {"read": "forged"}).content.decode()
    assert "有人改过这里" in page
    assert 'value="王明"' in page


@pytest.mark.django_db
def test_a_form_that_comes_back_with_an_error_is_no_newer(
    client: Client, admin: User, somebody: User
) -> None:
    address = reverse("accounts:user_edit", args=[somebody.pk])
    typed = {"name": "", "phone": "", "email": ""}
    typed["version"] = version_in(login(client, admin).get(address).content.decode())
    renamed(somebody, "王小明", by=admin)
    wrong = client.post(address, typed).content.decode()
    late = client.post(address, typed | {"name": "王大明", "version": version_in(wrong)})
    assert late.status_code == 422
    assert "有人改过这里" in late.content.decode()


@pytest.mark.django_db
def test_without_a_version_nothing_is_overwritten(
    client: Client, admin: User, somebody: User
) -> None:
    renamed(somebody, "王小明", by=admin)
    address = reverse("accounts:user_edit", args=[somebody.pk])
    late = login(client, admin).post(address, {"name": "王大明", "phone": "", "email": ""})
    assert late.status_code == 422
    assert User.objects.get(pk=somebody.pk).name == "王小明"


@pytest.mark.django_db
def test_two_may_work_on_two_sections(client: Client, admin: User) -> None:
    expert = make_expert()
    address = reverse("experts:edit", args=[expert.pk])
    typed = posted_by(login(client, admin).get(f"{address}?section=work"))
    update_expert(expert=expert, values={"email": "new@example.cn"}, actor=admin, now=NOW)
    saved = client.post(f"{address}?section=work", typed | {"position": "总工"})
    assert saved.status_code == 204, saved.context["form"].errors
    assert Expert.objects.get(pk=expert.pk).email == "new@example.cn"
    late = client.post(f"{address}?section=work", typed | {"position": "院长"})
    assert late.status_code == 422
    assert "总工" in late.content.decode()


@pytest.mark.django_db
def test_of_a_hidden_field_only_that_it_changed(client: Client, admin: User) -> None:
    role = Role.objects.get(code="admin")
    RoleField.objects.update_or_create(
        role=role, field="experts.email", defaults={"level": "hidden"}
    )
    expert = make_expert(email="old@example.cn")
    address = reverse("experts:edit", args=[expert.pk]) + "?section=basic"
    typed = posted_by(login(client, admin).get(address))
    update_expert(expert=expert, values={"email": "new@example.cn"}, actor=admin, now=NOW)
    page = client.post(address, typed).content.decode()
    assert "邮箱：已修改" in page
    assert "@example.cn" not in page


@pytest.mark.django_db
def test_what_somebody_deleted_does_not_come_back(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    tag = make_tag()
    hold = Edits.hold

    def after_the_deletion(edits: Edits) -> None:
        delete_tag(row=Tag.objects.get(pk=tag.pk), actor=admin, now=NOW)
        hold(edits)

    monkeypatch.setattr(Edits, "hold", after_the_deletion)
    address = reverse("experts:tag_edit", args=[tag.pk])
    late = login(client, admin).post(
        address, {"name": "新名", "colour": tag.colour, "version": "0"}
    )
    assert late.status_code == 422
    assert "刚刚被别人删除" in late.content.decode()


@pytest.mark.django_db
def test_of_a_list_what_came_and_what_went(client: Client, admin: User) -> None:
    role = Role.objects.create(code="clerk", name="文员")
    address = reverse("accounts:role_edit", args=[role.pk])
    login(client, admin)
    read = posted_by(client.get(address))
    for grant in ("grant__experts__tags", "grant__siteconfig__manage"):
        data = posted_by(client.get(address)) | {grant: "on"}
        if "siteconfig" in grant:
            data.pop("grant__experts__tags")
        assert client.post(address, data).status_code == 302
    late = client.post(address, read)
    assert late.status_code == 422
    last = Entry.objects.filter(action="role.edit").latest("pk")
    assert edits_in_words(last, admin) == ["角色权限：增加 管理站点设置，去掉 管理专家分组（全部）"]


class Unheld(Edits):
    """The negative control: nobody waits for the other."""

    def hold(self) -> None:
        pass


def both_at_once(
    admin: User, edits: Callable[[], Edits], write: Callable[[str], object]
) -> dict[str, str]:
    """Let two save who have read the same; the second begins before the first has committed."""
    written, waited = threading.Event(), threading.Event()
    result: dict[str, str] = {}
    version = str(edits().last(admin))

    def save(name: str, then: Callable[[], object]) -> None:
        request = RequestFactory().post("/", {"version": version})
        request.user = admin
        try:
            Editing(request, edits()).write(lambda: (write(name), then()))
            result[name] = "saved"
        except ChangedMeanwhile:
            result[name] = "told"
        connections.close_all()

    def first() -> None:
        def then() -> None:
            written.set()
            waited.wait(1)

        save("甲", then)

    def second() -> None:
        written.wait(10)
        save("乙", lambda: None)
        waited.set()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return result


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "second"), [(Edits, "told"), (Unheld, "saved")])
def test_of_two_at_once_the_second_waits_and_is_told(kind: type[Edits], second: str) -> None:
    admin, user = make_user("admin"), make_user(name="王明")
    found = both_at_once(
        admin, lambda: kind((User, [user.pk])), lambda name: renamed(user, name, by=admin)
    )
    assert found == {"甲": "saved", "乙": second}
    assert User.objects.get(pk=user.pk).name == ("甲" if second == "told" else "乙")


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("kind", "second"), [(Edits, "told"), (Unheld, "saved")])
def test_of_two_in_a_tree_as_well(kind: type[Edits], second: str) -> None:
    admin, department = make_user("admin"), make_department("采购部")

    def write(name: str) -> None:
        edit_department(
            department=Department.objects.get(pk=department.pk),
            name=name,
            parent=None,
            order=1,
            actor=admin,
            now=NOW,
        )

    found = both_at_once(admin, lambda: kind((Department, [department.pk]), lock=LOCK), write)
    assert found == {"甲": "saved", "乙": second}
