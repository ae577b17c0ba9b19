"""The file that a field had before is read from the version that names it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.customforms.enums import FieldKind
from expertpool.experts.models import ExpertVersion
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.fields import make_field, make_version_with_file
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def address_of(version: ExpertVersion, code: str) -> str:
    return reverse("experts:version_file", args=[version.expert_id, version.number, code])


def read(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.shows("PORT-14", "PORT-15", "OVW-05")
def test_both_are_read_side_by_side(client: Client, admin: User) -> None:
    expert = make_expert("王立新")
    older, code = make_version_with_file(expert, "第一版")
    newer, _ = make_version_with_file(expert, "第二版")
    login(client, admin)
    page = client.get(reverse("experts:versions", args=[expert.pk])).content.decode()
    assert f'<del><a href="{address_of(older, code)}">第一版.pdf（文件' in page
    assert f'<ins><a href="{address_of(newer, code)}">第二版.pdf（文件' in page
    assert read(client.get(address_of(older, code))).endswith("第一版".encode())
    assert read(client.get(address_of(newer, code))).endswith("第二版".encode())
    assert Entry.objects.filter(action="file.download", note="第一版.pdf").exists()


def test_nobody_else_reads_it_nor_what_is_no_file(client: Client, admin: User) -> None:
    expert, other = make_expert("王立新"), make_expert("李某")
    older, code = make_version_with_file(expert, "第一版")
    make_version_with_file(expert, "第二版")
    others, _ = make_version_with_file(other, "别人的")
    login(client, admin)
    assert read(client.get(address_of(older, code)))
    assert client.get(address_of(older, "phone")).status_code == 404
    assert client.get(address_of(older, "none")).status_code == 404
    path = reverse("experts:version_file", args=[expert.pk, others.number + 9, code])
    assert client.get(path).status_code == 404


def test_who_does_not_see_the_field_finds_neither_link_nor_file(
    client: Client, admin: User, operator: User
) -> None:
    make_field("证件扫描件", FieldKind.FILE, readers=("supervisor",))
    expert = make_expert("王立新")
    older, code = make_version_with_file(expert, "第一版")
    login(client, operator)
    assert client.get(address_of(older, code)).status_code == 404
    page = client.get(reverse("experts:versions", args=[expert.pk])).content.decode()
    assert address_of(older, code) not in page
    login(client, make_user("supervisor"))
    assert read(client.get(address_of(older, code)))
