"""What conditions name by its key reads by its name when it was deleted, and it is asked before."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.core.criteria import CriteriaError, explain, parse, schema
from expertpool.core.models import SavedSearch
from expertpool.experts.fields import EXPERT
from expertpool.projects.fields import PROJECT
from tests.factories.experts import make_division, make_specialty, make_tag, make_unit
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-08")]


def named(kind: str) -> tuple[models.Model, str, str]:
    """Return a row, and which field of which subject asks for it."""
    if kind == "tag":
        return make_tag("资深组"), EXPERT.code, "tag"
    if kind == "specialty":
        return make_specialty("Q1", "申专业"), EXPERT.code, "specialty"
    if kind == "division":
        return make_division("659099", "申市"), EXPERT.code, "division"
    subject, code = (EXPERT.code, "employer") if kind == "unit" else (PROJECT.code, "purchaser")
    return make_unit("申公司"), subject, code


@pytest.mark.parametrize("kind", ["tag", "specialty", "division", "unit", "unit of projects"])
def test_what_is_deleted_keeps_its_name(client: Client, admin: User, kind: str) -> None:
    row, subject, code = named(kind)
    leaf = {"field": code, "op": "in", "value": [row.pk if kind == "tag" else str(row.pk)]}
    name, node, before = str(row), parse(subject, leaf), explain(parse(subject, leaf))
    page, topic = ("experts", "") if subject == EXPERT.code else ("statistics", "projects")
    query = urlencode({"where": json.dumps(leaf), "topic": topic})
    SavedSearch.objects.create(
        page=page, name="子查询", query=query, owner=admin, created_at=timezone.now()
    )
    app = "experts" if kind == "tag" else "directory"
    address = reverse(f"{app}:{kind.partition(' ')[0]}_delete", args=[row.pk])
    asked = login(client, admin).post(address)
    assert "常用查询“子查询”" in asked.content.decode()
    assert client.post(address, dict(asked.context["posted"])).status_code == 204
    stored = explain(parse(subject, leaf, stored=True))
    assert stored.startswith(before.rpartition(" ")[0])
    assert stored.endswith(f"{name}（已不在选项中）")
    labels = json.dumps(schema(subject, node=node), ensure_ascii=False)
    assert f"{name}（已不在选项中）" in labels
    with pytest.raises(CriteriaError, match=f"“{name}”"):
        parse(subject, leaf)
