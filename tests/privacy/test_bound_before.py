"""What experts had asked before their words were bound to themselves can still be read."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from expertpool.core.crypto import DecryptionError
from expertpool.privacy.models import DataRequest
from expertpool.privacy.services.asking import ask_about_data
from tests.factories.accounts import make_user
from tests.factories.experts import NOW, make_expert

MIGRATION: Any = import_module("expertpool.privacy.migrations.0005_requests_have_proofs")


@pytest.mark.django_db(transaction=True)
def test_what_was_asked_before_is_bound_to_its_expert() -> None:
    user = make_user("expert")
    asked = ask_about_data(
        expert=make_expert(user=user), kind="other", text="请更正我的单位", actor=user, now=NOW
    )
    with connection.schema_editor() as editor:
        MIGRATION.unbind(None, editor)
    with pytest.raises(DecryptionError):
        _ = DataRequest.objects.get(pk=asked.pk).text
    with connection.schema_editor() as editor:
        MIGRATION.bind(None, editor)
    assert DataRequest.objects.get(pk=asked.pk).text == "请更正我的单位"
