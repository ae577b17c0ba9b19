"""What the page says before a file is chosen."""

import pytest
from django.test import Client

from expertpool.accounts.models import User
from expertpool.core.settings import IMPORT_SIZE
from tests.factories.siteconfig import configure
from tests.fixtures import login


@pytest.mark.django_db
def test_the_limit_that_counts_is_told(client: Client, admin: User) -> None:
    configure(IMPORT_SIZE, 3)
    page = login(client, admin).get("/experts/import/").content.decode()
    assert "最大 3 MB" in page
    assert "最大 50 MB" not in page
