"""Groups of experts."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.experts.models import Tag
from tests.factories.experts import make_expert
from tests.fixtures import login

pytestmark = pytest.mark.django_db


def test_a_colour_that_no_list_can_show_is_refused(client: Client, admin: User) -> None:
    """One such group stopped the list of experts for everybody."""
    tag = Tag.objects.create(name="重点")
    make_expert().tags.add(tag)
    answer = login(client, admin).post(
        f"/experts/tags/{tag.pk}/", {"name": "重点", "colour": "phone"}
    )
    assert answer.status_code == 422
    assert client.get(reverse("experts:list")).status_code == 200
    with pytest.raises(IntegrityError), transaction.atomic():
        Tag.objects.update(colour="phone")
