"""The manuals hold together: rights, pages, links and pictures that they name are there; every page has its section."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from expertpool.core.permissions import PERMISSIONS
from expertpool.manuals.queries.texts import all_manuals, parse, sources
from tests.architecture.test_url_roles import url_names

MANUALS = all_manuals()
SOURCE = {
    manual.code: Path(settings.MANUALS, f"{manual.code}.md").read_text() for manual in MANUALS
}
HEAD = "---\ntitle: 手册\norder: 1\nfor: everybody\n---\n\n"


@pytest.mark.shows("OPS-08")
def test_there_is_a_manual_for_each_role() -> None:
    assert [manual.code for manual in MANUALS] == [
        *("admin", "pool", "operator", "supervisor", "department"),
        *("finance", "auditor", "security", "common", "expert", "applicant"),
    ]
    assert [manual.code for manual in MANUALS if manual.is_public] == ["applicant"]


def test_the_rights_and_pages_that_they_name_are_there() -> None:
    names = set(url_names())
    lost = [
        *(code for manual in MANUALS for code in manual.permissions if code not in PERMISSIONS),
        *(p for m in MANUALS for s in m.sections for p in (*s.pages, *s.also) if p not in names),
    ]
    assert lost == []


def test_a_page_belongs_to_one_section_of_a_manual() -> None:
    for manual in MANUALS:
        pages = Counter(page for section in manual.sections for page in section.pages)
        assert [page for page, times in pages.items() if times > 1] == [], manual.code
        codes = Counter(section.code for section in manual.sections)
        assert [code for code, times in codes.items() if times > 1] == [], manual.code


def test_links_and_pictures_lead_somewhere() -> None:
    parts = {(manual.code, section.code) for manual in MANUALS for section in manual.sections}
    lost = []
    for code, source in SOURCE.items():
        for target in re.findall(r"\]\(([^)]+)\)", source):
            manual, _, part = target.partition("#")
            place = (manual.removesuffix(".md") or code, part)
            if target.endswith(".png"):
                place_is_there = Path(settings.MANUALS, target).is_file()
            else:
                place_is_there = place in parts if part else place[0] in SOURCE
            lost += [] if place_is_there else [f"{code}: {target}"]
    assert lost == []


def test_html_in_a_text_is_shown_as_it_is_written() -> None:
    manual = parse(
        "a", f"{HEAD}<script>alert(1)</script>\n\n## 甲\n<!-- code: one -->\n\n<b>粗</b>"
    )
    assert "<script" not in manual.lead
    assert "&lt;b&gt;粗" in manual.sections[0].html


@pytest.mark.parametrize("target", ["https://example.com/", "javascript:alert(1)", "/etc/passwd"])
def test_no_manual_leads_elsewhere(target: str) -> None:
    source = f"{HEAD}## 甲\n<!-- code: one -->\n\n[看这里]({target})"
    if target.startswith("javascript"):  # is no link at all
        assert "<a " not in parse("a", source).sections[0].html
    else:
        with pytest.raises(ValueError, match="leads to"):
            parse("a", source)


def test_a_program_without_its_manuals_says_so_when_it_starts(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its help was empty without a word."""
    with override_settings(MANUALS=tmp_path):
        assert sources.__wrapped__() == {}
    assert "no manuals" in caplog.text


def test_who_is_asked_for_a_second_step_reads_what_its_codes_are() -> None:
    """Experts and applicants, whose help that page names, were told nowhere."""
    for code in ("common", "expert", "applicant"):
        assert "备用码" in SOURCE[code], code
        assert "每个只能用一次" in SOURCE[code], code
