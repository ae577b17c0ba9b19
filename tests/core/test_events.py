"""Facts reach their receivers in the publisher's transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction

from expertpool.core.events import _receivers, publish, subscribe
from expertpool.directory.models import Title


@dataclass(frozen=True)
class Happened:
    number: int


@dataclass(frozen=True)
class Other:
    number: int


@pytest.fixture
def seen() -> Iterator[list[str]]:
    found: list[str] = []
    yield found
    _receivers.pop(Happened, None)


def test_receivers_are_called_once_in_order(seen: list[str]) -> None:
    def first(event: Happened) -> None:
        seen.append(f"first {event.number}")

    def second(event: Happened) -> None:
        seen.append(f"second {event.number}")

    subscribe(Happened, first)
    subscribe(Happened, second)
    subscribe(Happened, first)
    publish(Happened(7))
    publish(Other(8))
    assert seen == ["first 7", "second 7"]


@pytest.mark.django_db
def test_a_receiver_that_fails_undoes_the_change(seen: list[str]) -> None:
    def refuse(event: Happened) -> None:
        raise ValueError(event.number)

    subscribe(Happened, refuse)

    @transaction.atomic
    def change() -> None:
        Title.objects.create(name="新职称", level=1)
        publish(Happened(7))

    with pytest.raises(ValueError, match="7"):
        change()
    assert not Title.objects.filter(name="新职称").exists()
