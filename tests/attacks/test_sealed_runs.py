"""Whoever has a dump reads of an action on many neither by what they were searched, nor what was typed, nor whom it
refused (docs/decisions/0566)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.certificates.models import CertificateRun
from expertpool.core import tasks
from expertpool.core.fields import is_vouched
from expertpool.core.models import BulkRun
from expertpool.core.views import bulk as views
from expertpool.inspections.models import RenewalRun
from tests.factories.experts import make_expert
from tests.fixtures import login
from tests.portal.dumped import told_by

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-38")]
NAME, PHONE, REASON = "欧阳拒绝", "13800000007", "司马乙年检未过"
NOW = timezone.now()


def test_an_action_on_many_leaves_names_and_words_nowhere(
    client: Client, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "MOST_AT_ONCE", 2)
    keys = [make_expert(NAME, status="pending").pk, make_expert().pk, make_expert().pk]
    page = reverse("experts:list")
    headers = {"HX-Request": "true", "HX-Current-URL": f"https://example.cn{page}?q={PHONE}"}
    client = login(client, admin)
    # The address of a bulk action has the conditions of the list as well.
    answer = client.post(
        f"{reverse('experts:freeze_many')}?q={PHONE}",
        {"pk": keys, "reason": REASON},
        headers=headers,
    )
    assert told_by([PHONE, REASON]).keys() <= {"audit_entry.note"}
    tasks.run_bulk(run_id=BulkRun.objects.get().pk)
    found = told_by([NAME, PHONE, REASON])
    assert not [one for one in found if one.startswith("core_bulkrun")], found
    # Who asked for it reads all of it, and finds it on the page from which he did.
    said = client.get(answer["HX-Redirect"]).content.decode()
    assert NAME in said
    assert f"{page}?q={PHONE}" in said
    run = BulkRun.objects.get()
    run.seen = False
    run.save(update_fields=["seen"])
    assert run.title in client.get(page).content.decode()


@pytest.mark.parametrize("kind", [CertificateRun, RenewalRun])
def test_nor_do_certificates_and_renewals_of_many(admin: User, kind: Any) -> None:
    of_kind: dict[Any, dict[str, Any]] = {
        CertificateRun: {"kind": "issue", "expires_at": NOW + timedelta(days=1)},
        RenewalRun: {"until": timezone.localdate(), "reason": "年检"},
    }
    own = of_kind[kind] | {"user": admin, "chosen": [1], "total": 1, "created_at": NOW}
    kind.objects.create(**own, refused=[[NAME, "不在库"]])
    assert told_by([NAME]) == {}
    run = kind.objects.get()
    assert run.refused == [[NAME, "不在库"]]
    assert is_vouched(run)
    # What somebody takes out of it is not what came of it.
    kind.objects.filter(pk=run.pk).update(refused=[])
    assert kind.objects.get().refused == []
    assert not is_vouched(kind.objects.get())
