"""Two users who name the same new unit at once get one unit."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from expertpool.directory.models import Unit
from expertpool.directory.services.units import resolve_unit


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_a_new_name_becomes_one_unit() -> None:
    written, seen = threading.Event(), threading.Event()
    found: list[int] = []

    def first() -> None:
        with transaction.atomic():
            found.append(resolve_unit(name="新设计院").pk)
            written.set()
            seen.wait(0.5)  # the second one waits for this transaction
        connection.close()

    def second() -> None:
        written.wait(10)
        found.append(resolve_unit(name="新 设计院").pk)
        seen.set()
        connection.close()

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(found) == 2
    assert len(set(found)) == 1 == Unit.objects.count()
