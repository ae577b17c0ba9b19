"""The first page of an import is each person's own."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from expertpool.core.importing.forms import UploadForm
from expertpool.core.importing.registry import IMPORTS
from expertpool.projects.services.importing import ProjectImporter
from tests.factories.accounts import make_department, make_user
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def test_what_one_person_leaves_out_is_not_marked_for_the_next(client: Client) -> None:
    address = reverse("projects:import")
    login(client, make_user("department", department=make_department()))
    refused = client.post(address, {})
    assert refused.context["form"].errors["status"]
    assert "is-invalid" in refused.content.decode()
    other = login(Client(), make_user("department", department=make_department()))
    assert "is-invalid" not in other.get(address).content.decode()
    assert "class" not in ProjectImporter.option_fields["status"].widget.attrs


def test_no_form_has_the_fields_of_another() -> None:
    user = make_user("admin")
    for importer in IMPORTS:
        one, other = (UploadForm(importer=importer, user=user) for _ in range(2))
        for name, field in one.fields.items():
            assert field is not other.fields[name], (importer.code, name)
            assert field.widget is not other.fields[name].widget, (importer.code, name)
