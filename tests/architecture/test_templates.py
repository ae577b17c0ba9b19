"""The check that keeps templates within the content security policy finds what it must find."""

import pytest

from tools.check_templates import findings


@pytest.mark.parametrize(
    "text",
    [
        '<p class="x"\n style="color: red">',
        "<style>p {}</style>",
        "<script>alert(1)</script>",
        '<script type="module">x()</script>',
        '<button onclick="x()">',
        '<a hx-on:click="x()">',
        '<a href="javascript:x()">',
        "{# Takes: a,\n b #}",
    ],
)
def test_what_the_policy_blocks_is_found(text: str) -> None:
    assert findings(text)


@pytest.mark.parametrize(
    "text",
    [
        '<script src="/static/app.js" type="module"></script>',
        '{{ data|json_script:"points" }}',
        "{# style= is not allowed <style> #}",
        '<a href="?on=1" data-style="x">once = 1</a>',
        '<p hx-get="/x" x-on:click="open">',
    ],
)
def test_what_it_allows_is_not(text: str) -> None:
    assert findings(text) == []


def test_a_finding_has_its_line() -> None:
    assert findings("{% comment %}a\nb{% endcomment %}\n<style>") == [(3, "<style> element")]
