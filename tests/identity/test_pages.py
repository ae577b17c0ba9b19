"""The page of the security administrator, its settings and their trial."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from expertpool.accounts.exceptions import NotAllowed
from expertpool.accounts.models import Role, RolePermission, User
from expertpool.accounts.services.passwords import reset_password
from expertpool.audit.models import Entry
from expertpool.identity.models import GroupRole, OutsideIdentity
from expertpool.identity.settings import oidc as own
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.models import SettingChange
from expertpool.siteconfig.services import save_settings
from tests.factories.accounts import built_in_roles, make_user
from tests.factories.siteconfig import configure
from tests.fixtures import login
from tests.identity.peers import LyingProvider

pytestmark = [pytest.mark.django_db, pytest.mark.shows("SYS-17")]


def make_role(name: str, code: str) -> Role:
    role = Role.objects.create(code=code.replace(".", "-"), name=name)
    RolePermission.objects.create(role=role, code=code)
    return role


@pytest.fixture
def admin() -> User:
    return make_user("admin")


def test_groups_are_mapped_and_unmapped_by_hand(client: Client, admin: User) -> None:
    login(client, admin)
    roles = built_in_roles()
    data = {"group": " 专家库经办 ", "role": roles["operator"].pk}
    assert client.post("/identities/groups/", data).status_code == 204
    row = GroupRole.objects.get()
    assert row.group == "专家库经办"
    assert "已对应这个角色" in client.post("/identities/groups/", data).content.decode()
    answer = client.post("/identities/groups/", {"group": "root", "role": roles["admin"].pk})
    assert (answer.status_code, "安全管理权限" in answer.content.decode()) == (422, True)
    assert "专家库经办" in client.get("/identities/").content.decode()
    assert client.post(f"/identities/groups/{row.pk}/remove/").status_code == 204
    assert not GroupRole.objects.exists()
    log = Entry.objects.filter(action__startswith="identity.").values_list("action", flat=True)
    assert list(log.order_by("pk")) == ["identity.map", "identity.unmap"]


def test_an_account_is_unbound_and_then_given_a_password(
    client: Client, admin: User, peer: LyingProvider
) -> None:
    configure(own.CREATES, True)
    GroupRole.objects.create(group="ops", role=built_in_roles()["operator"])
    peer.claims = {"preferred_username": "newone", "groups": ["ops"]}
    his = Client()
    peer.sign_in(his)
    user = User.objects.get(username="newone")
    with pytest.raises(NotAllowed, match="在本系统没有密码"):
        reset_password(user=user, actor=admin, now=timezone.now())
    login(client, admin)
    row = OutsideIdentity.objects.get()
    assert "newone" in client.get("/identities/", {"q": "newone"}).content.decode()
    assert client.post(f"/identities/{row.pk}/unbind/").status_code == 204
    assert his.get("/account/").status_code == 302, "he is signed in no more"
    assert reset_password(user=User.objects.get(pk=user.pk), actor=admin, now=timezone.now())


def test_settings_are_tried_before_they_are_saved(
    client: Client, admin: User, peer: LyingProvider
) -> None:
    login(client, admin)
    form = client.get(f"/settings/groups/{own.OIDC.code}/").context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    data |= {"identity-oidc_secret": "another", "version": str(data["version"] or 0)}
    address = f"/settings/groups/{own.OIDC.code}/try/"
    assert "公钥 1 个" in client.post(address, data).content.decode()
    peer.discovery = {"issuer": "https://another.example"}
    assert "自称的颁发者与设置的不同" in client.post(address, data).content.decode()
    data["identity-oidc_issuer"] = "http://sso.example.cn"
    assert "应以 https:// 开头" in client.post(address, data).content.decode()
    # The secret is told to nobody else by whoever does not know it.
    data |= {"identity-oidc_issuer": "https://sso.example.cn", "identity-oidc_secret": ""}
    answer = client.post(f"/settings/groups/{own.OIDC.code}/", data)
    assert answer.status_code == 422
    assert "又须" in answer.content.decode() or "重新输入客户端密钥" in answer.content.decode()


def test_whoever_sets_up_the_site_does_not_say_who_is_who(client: Client) -> None:
    keeper = make_user(roles=(make_role("站点管理", "siteconfig.manage"),))
    login(client, keeper)
    page = client.get("/settings/", {"q": "颁发者"}).content.decode()
    assert "由安全管理员修改" in page
    assert client.get(f"/settings/groups/{own.OIDC.code}/").status_code == 404
    assert client.post(f"/settings/groups/{own.OIDC.code}/try/", {}).status_code == 404
    assert client.post(f"/settings/{own.ADMINS.code}/reset/", {"version": 0}).status_code == 404
    with pytest.raises(SettingsRefused):
        save_settings(
            group=own.OIDC,
            values={own.ADMINS.code: True},
            version=0,
            actor=keeper,
            now=timezone.now(),
        )
    assert not SettingChange.objects.exists()
    # Who keeps security changes these, and no others.
    login(client, make_user(roles=(make_role("安全", "accounts.security"),)))
    assert client.get(f"/settings/groups/{own.OIDC.code}/").status_code == 200
    assert client.get("/settings/groups/sign_in/").status_code == 404
    assert client.get("/settings/").status_code == 403
