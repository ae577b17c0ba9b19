"""What is shipped: its known vulnerabilities, its licences."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tools import audit, sbom

BAD = {"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": ""}


@pytest.mark.shows("OPS-04")
def test_a_known_vulnerability_fails_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"dependencies": [{"name": "a", "version": "1", "vulns": [BAD]}]}
    monkeypatch.setattr(audit, "_asked", lambda: result)
    assert audit.main([]) == 1
    assert audit.findings(result, ()) == (["a 1: PYSEC-1, mended in 2"], [])


@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize(("version", "verdict"), [("5.0.7", 1), ("5.2.19", 0)])
def test_where_nobody_answers_the_kept_file_is_asked(
    version: str, verdict: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skipped = {"dependencies": [{"name": "django", "skip_reason": "not found"}]}
    monkeypatch.setattr(audit, "versions", lambda lock: {"django": version})
    for result in (skipped, None):
        monkeypatch.setattr(audit, "_asked", lambda given=result: given)
        assert audit.main([]) == verdict
        said = capsys.readouterr().out
        assert "known until 20" in said
        assert ("PYSEC-2024-70, mended in 5.0.8" in said) is bool(verdict)


def test_what_is_kept_is_made_from_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(package: str, name: str, text: str) -> None:
        folder = tmp_path / "vulns" / package
        folder.mkdir(parents=True, exist_ok=True)
        head = f"id: {name}\nmodified: 2026-01-0{name[-1]}T00:00:00Z\n"
        (folder / f"{name}.yaml").write_text(head + text)

    events = "[{introduced: '1'}, {fixed: '1.5'}, {introduced: '2'}]"
    affected = f"affected: [{{ranges: [{{type: ECOSYSTEM, events: {events}}}]}}]\n"
    say("a", "P-1", affected)
    say("a", "P-2", affected + "withdrawn: 2026-01-02T00:00:00Z\n")
    say("other", "P-3", affected)
    monkeypatch.setattr(audit, "KEPT", tmp_path / "kept.json")
    audit.keep(tmp_path, ["a"])
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert kept == {
        "date": "2026-01-03",
        "packages": {"a": [{"id": "P-1", "bad": [["1", "1.5"], ["2", ""]]}]},
    }
    bad = [
        at for at in ("0.9", "1", "1.4", "1.5", "2.1") if audit.known(kept["packages"], {"a": at})
    ]
    assert bad == ["1", "1.4", "2.1"]


def test_the_bill_holds_what_is_shipped() -> None:
    bill = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [{"name": "Django", "bom-ref": "d"}, {"name": "pytest", "bom-ref": "p"}],
        "dependencies": [{"ref": "root", "dependsOn": ["d", "p"]}, {"ref": "p"}],
    }
    kept = sbom.only(bill, sbom.shipped("django==5.2 \\\n    --hash=sha256:1\n"))
    assert [one["name"] for one in kept["components"]] == ["Django"]
    assert kept["dependencies"] == [{"ref": "root", "dependsOn": ["d"]}]


@pytest.mark.shows("OPS-04")
def test_the_bill_is_made_and_a_licence_that_binds_fails_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the packages that are installed here: what is shipped may be used as it is."""
    monkeypatch.setattr(sbom, "OUTPUT", sbom.ROOT / "build" / "sbom-of-test.json")
    try:
        assert not sbom.main(), capsys.readouterr().out
        bill = json.loads(sbom.OUTPUT.read_text())
        assert bill["bomFormat"] == "CycloneDX"
        named = {one["name"].lower() for one in bill["components"]}
        assert named >= {"django", "psycopg", "openpyxl"}
        # What browsers run, and the fonts.
        assert named >= {"bootstrap", "echarts", "htmx.org", "@popperjs/core", "@tabler/icons"}
        said = {one["name"]: sbom.licence_of(one) for one in bill["components"]}
        assert said["echarts"] == "Apache-2.0"
        assert said["pylopdf-fonts-zh-cn"] == "OFL-1.1"
        # Neither what checks, nor what builds them.
        assert not named & {"pytest", "mypy", "@biomejs/biome", "oidc-provider", "esbuild"}
        for licence in ("GPL-3.0-only", sbom.UNKNOWN):
            monkeypatch.setattr(sbom, "licence_of", lambda _component, told=licence: told)
            assert sbom.main()
    finally:
        sbom.OUTPUT.unlink(missing_ok=True)


def test_every_script_that_a_page_asks_for_is_in_the_bill() -> None:
    """Whatever our own sources import stands in the lock file as shipped."""
    named = {one["name"] for one in sbom.scripts(json.loads(sbom.NPM_LOCK.read_text()))}
    source = Path(sbom.ROOT, "frontend", "src")
    texts = [path.read_text() for path in source.rglob("*") if path.suffix in (".js", ".css")]
    wanted = {
        name
        for text in texts
        for name in re.findall(r"""(?:from|import)\s*\(?["']((?:@[\w-]+/)?[a-z][\w.-]*)""", text)
    }
    assert wanted
    assert wanted <= named


@pytest.mark.parametrize(
    ("licence", "binds"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT", False),
    ],
)
def test_which_licence_binds_the_product(licence: str, binds: bool) -> None:
    assert bool(sbom.BINDING.search(licence)) is binds
