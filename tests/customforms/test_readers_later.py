"""Readers of a custom field that are named when its values have been written already."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.audit.queries import edits_in_words, exported_summary
from expertpool.core.models import SavedSearch
from expertpool.core.saved_searches import kept_on, save_search
from expertpool.customforms.enums import FieldKind
from expertpool.customforms.models import CustomField, FieldFile
from expertpool.customforms.services.fields import FieldData, change_field
from expertpool.customforms.services.files import keep_file
from expertpool.draws.queries.tabs import log_of
from expertpool.experts.fields import EXPERT
from expertpool.experts.services.profile import update_expert
from expertpool.files.models import Attachment
from expertpool.files.services import note_download, receive
from expertpool.projects.fields import PROJECT
from expertpool.projects.services.application import update_project
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, make_expert
from tests.factories.fields import make_field
from tests.factories.projects import make_project
from tests.files.samples import PDF
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("OVW-05")]


def last_of(subject: str) -> Entry:
    return Entry.objects.filter(subject_type=subject).latest("id")


def test_what_the_log_has_of_before_is_for_its_readers(client: Client, admin: User) -> None:
    field = make_field("内部评级", FieldKind.TEXT)
    expert = update_expert(
        expert=make_expert("王小明"), values={field.code: "甲等机密"}, actor=admin, now=NOW
    )
    update_expert(expert=expert, values={field.code: "乙等机密"}, actor=admin, now=NOW)
    entry = last_of(EXPERT.code)
    page = reverse("experts:detail", args=[expert.pk]), {"tab": "log"}
    drawer = reverse("audit:entry_detail", args=[entry.pk])
    # Under another name, too: the log keeps what it was called then.
    for label in ("内部评级", "评级"):
        data = FieldData(label, readers=["auditor"])
        change_field(field=field, data=data, actor=None, now=NOW)
        for user, sees in ((make_user("auditor"), True), (admin, False)):
            login(client, user)
            seen = client.get(*page).content.decode()
            assert "内部评级" in seen
            assert ("甲等机密 → 乙等机密" in seen) is sees
            assert ("机密" in seen) is sees
            assert ("机密" in client.get(drawer).content.decode()) is sees
            told = ["内部评级：甲等机密 → 乙等机密" if sees else "内部评级：已修改"]
            assert edits_in_words(entry, user) == told
        # A table is handed on.
        assert "机密" not in exported_summary(entry)
        assert "（仅指定角色可见）" in exported_summary(entry)
    # Open to all again, it reads as it was written.
    change_field(field=field, data=FieldData("评级"), actor=None, now=NOW)
    assert "甲等机密 → 乙等机密" in client.get(*page).content.decode()


def test_so_it_is_in_the_log_of_a_project(operator: User, supervisor: User) -> None:
    field = make_field("标段说明", FieldKind.TEXT, subject=PROJECT.code)
    project = make_project()
    update_project(project=project, values={field.code: "机密"}, actor=operator, now=NOW)
    data = FieldData(field.label, readers=["supervisor"])
    change_field(field=field, data=data, actor=None, now=NOW)
    for user, sees in ((supervisor, True), (operator, False)):
        told = " ".join(str(one) for one in log_of(project, user))
        assert "标段说明" in told
        assert ("机密" in told) is sees


@pytest.mark.parametrize("subject", [EXPERT.code, PROJECT.code])
def test_the_log_names_a_file_to_its_readers(client: Client, admin: User, subject: str) -> None:
    field = make_field("处分", FieldKind.FILE, subject=subject)
    given = SimpleUploadedFile("处分决定-李某.pdf", PDF, "application/pdf")
    taken = receive(given, subject_type=FieldFile, actor=admin, now=NOW)
    kept = keep_file(subject, field.code, taken, actor=admin, now=NOW)
    file = Attachment.objects.get(pk=kept.stored)
    note_download(attachment=file, actor=admin, now=NOW)
    data = FieldData(field.label, readers=["auditor"])
    change_field(field=field, data=data, actor=None, now=NOW)
    entries = Entry.objects.filter(subject_type="customforms.fieldfile")
    assert {one.action for one in entries} == {"file.attach", "file.download"}
    assert {one.subject_label for one in entries} == {f"“处分”的文件 {kept.pk}"}
    drawers = [reverse("audit:entry_detail", args=[one.pk]) for one in entries]
    log = reverse("audit:entry_list")
    for user, sees in ((admin, False), (make_user("auditor"), True)):
        login(client, user)
        for address in (log, *drawers):
            assert ("李某" in client.get(address).content.decode()) is sees
        # Nor is it found by its name.
        assert client.get(log, {"subject": "李某"}).context["page"].paginator.count == sees
        assert client.get(log, {"subject": "处分"}).context["page"].paginator.count >= 2
    for one in entries:
        assert exported_summary(one) == "（仅指定角色可见）"
    change_field(field=field, data=FieldData(field.label), actor=None, now=NOW)
    assert all("李某" in exported_summary(one) for one in entries)


def test_a_shared_search_does_not_tell_what_its_reader_may_not_ask(
    client: Client, admin: User
) -> None:
    field, owner = make_field("内部评级"), make_user("auditor")
    condition = {"not": {"any": [{"field": field.code, "op": "in", "value": ["二级注册"]}]}}
    queries = {
        "按条件": urlencode({"where": json.dumps(condition, ensure_ascii=False)}),
        "正式": "tab=formal",
    }
    for name, query in queries.items():
        search = SavedSearch(page="experts", name=name, query=query, shared=True)
        save_search(search=search, actor=owner, now=NOW)
    offered = {one.name: bool(one.url) for one in kept_on(admin, "experts")["saved"]}
    assert offered == dict.fromkeys(queries, True)
    data = FieldData(field.label, field.options, readers=["auditor"])
    change_field(field=field, data=data, actor=None, now=NOW)
    # Also once it is in use no more: its readers are who they were.
    for retired in (False, True):
        CustomField.objects.filter(pk=field.pk).update(active=not retired)
        page = login(client, admin).get(reverse("experts:list")).content.decode()
        assert page.count("（用到您看不到的条件，不能使用）") == 1
        assert queries["按条件"] not in page
        assert "二级注册" not in page
        # Whoever may clear the page does so with these, too.
        assert "删除常用查询“按条件”" in page
    offered = {one.name: bool(one.url) for one in kept_on(owner, "experts")["saved"]}
    assert offered == dict.fromkeys(queries, True)
