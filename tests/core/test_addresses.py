"""Addresses of pages that numbers name."""

from __future__ import annotations

import pytest
from django.template import engines
from django.urls import NoReverseMatch, reverse

from expertpool.core.addresses import address


def shown(text: str, **context: object) -> str:
    return engines["django"].from_string(text).render(context)


@pytest.mark.parametrize(
    ("page", "keys"), [("portal:home", []), ("experts:detail", [7]), ("draws:room", [10**17])]
)
def test_an_address_is_that_of_django(page: str, keys: list[int]) -> None:
    assert address(page, *keys) == reverse(page, args=keys)


def test_a_page_that_is_not_there_has_none() -> None:
    with pytest.raises(NoReverseMatch):
        address("experts:nothing", 7)
    with pytest.raises(NoReverseMatch):
        address("experts:detail")


def test_the_tag_writes_what_djangos_writes() -> None:
    assert shown('{% url "experts:detail" pk %}', pk=7) == "/experts/7/"
    assert shown('{% url "experts:detail" pk as there %}[{{ there }}]', pk=7) == "[/experts/7/]"
    assert shown('{% url "experts:detail" pk as there %}[{{ there }}]', pk="") == "[]"
    assert shown('{% url "experts:detail" pk=pk %}', pk=7) == "/experts/7/"
    code = "draws.void"
    assert shown('{% url "workflow:request_ask" code 7 %}', code=code) == reverse(
        "workflow:request_ask", args=[code, 7]
    )
    with pytest.raises(NoReverseMatch):
        shown('{% url "experts:detail" pk %}', pk="")
