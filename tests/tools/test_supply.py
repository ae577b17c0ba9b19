"""What is shipped: its known vulnerabilities, its licences."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from config import advisories
from tools import audit, sbom

BAD = {"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": ""}


@pytest.mark.shows("OPS-04")
def test_a_known_vulnerability_fails_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"dependencies": [{"name": "a", "version": "1", "vulns": [BAD]}]}
    monkeypatch.setattr(audit, "_asked", lambda: result)
    monkeypatch.setattr(audit, "_asked_npm", lambda: {"vulnerabilities": {}})
    assert audit.main([]) == 1
    assert audit.findings(result, ()) == (["a 1: PYSEC-1, mended in 2"], [])


@pytest.mark.shows("OPS-04")
@pytest.mark.parametrize(("version", "verdict"), [("5.0.7", 1), ("5.2.19", 0)])
def test_where_nobody_answers_the_kept_file_is_asked(
    version: str, verdict: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skipped = {"dependencies": [{"name": "django", "skip_reason": "not found"}]}
    monkeypatch.setattr(audit, "versions", lambda lock: {"django": version})
    monkeypatch.setattr(audit, "_asked_npm", lambda: {"error": "405"})
    for result in (skipped, None):
        monkeypatch.setattr(audit, "_asked", lambda given=result: given)
        assert audit.main([]) == verdict
        said = capsys.readouterr().out
        assert "PyPI did not answer for 1: known until 20" in said
        assert "npm did not answer for 12" in said
        assert ("PYSEC-2024-70, mended in 5.0.8" in said) is bool(verdict)


@pytest.mark.shows("OPS-04")
def test_what_npm_tells_fails_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    one = {"title": "XSS", "url": "https://example.org/1", "range": "<6.2"}
    told = {"vulnerabilities": {"echarts": {"via": [one, "zrender"]}}}
    monkeypatch.setattr(audit, "_asked", lambda: {"dependencies": []})
    monkeypatch.setattr(audit, "_asked_npm", lambda: told)
    assert audit.main([]) == 1
    assert "echarts: XSS (https://example.org/1), in <6.2" in capsys.readouterr().out
    monkeypatch.setattr(audit, "_asked_npm", lambda: {"vulnerabilities": {}})
    assert audit.main([]) == 0


def keep(monkeypatch: pytest.MonkeyPatch, path: Path, asked: str) -> None:
    """Let a file of this date be the one that is kept, empty for nobody was asked."""
    path.write_text(json.dumps({one: {"date": asked, "packages": {}} for one in ("PyPI", "npm")}))
    monkeypatch.setattr(advisories, "KEPT", path)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "nobody was ever asked"),
        ("2026-09-02", "known until 2026-09-02, 90 days ago"),
        ("2026-09-01", "91 days ago: OLD, run make advisories"),
    ],
)
def test_the_age_of_what_is_kept_is_told(
    asked: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(monkeypatch, tmp_path / "kept.json", asked)
    told = audit.age_of("npm", today=date(2026, 12, 1))
    assert words in told
    assert ("OLD" in told) is ("OLD" in words)


def test_the_file_that_is_kept_names_its_date() -> None:
    for ecosystem in (advisories.PYTHON, advisories.SCRIPTS):
        kept = advisories.kept(ecosystem)
        assert kept["date"] or not kept["packages"]
        assert all(
            len(bad) == 3 for it in kept["packages"].values() for one in it for bad in one["bad"]
        )
    assert advisories.kept(advisories.PYTHON)["date"] >= "2024-10-10"


EVENTS = [{"introduced": "1"}, {"fixed": "1.5"}, {"introduced": "2"}]
LAST = [{"introduced": "0"}, {"last_affected": "3"}]


def told_by_osv(name: str, ecosystem: str, page: str) -> dict[str, Any]:
    def entry(
        said: str, events: list[dict[str, str]], of: str = name, **more: str
    ) -> dict[str, Any]:
        ranges = [{"type": "SEMVER" if ecosystem == "npm" else "ECOSYSTEM", "events": events}]
        ranges += [{"type": "GIT", "events": [{"introduced": "0"}]}]
        package = {"name": of, "ecosystem": ecosystem}
        return {"id": said, "affected": [{"package": package, "ranges": ranges}]} | more

    if name == "Django" and not page:
        return {"vulns": [entry("P-1", EVENTS, "django")], "next_page_token": "2"}
    if name == "Django":
        return {"vulns": [entry("P-2", EVENTS, withdrawn="2026-01-01T00:00:00Z")]}
    listed = entry("G-3", [])
    listed["affected"][0]["versions"] = ["5.0"]
    of_another = entry("G-2", LAST, "another")
    return {"vulns": [entry("G-1", LAST), of_another, listed]} if name == "echarts" else {}


@pytest.mark.shows("OPS-04")
def test_osv_is_asked_for_both_lock_files_and_what_it_says_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its documented answers: no build machine of ours reaches it."""
    asked, silent = [], set()

    def answer(request: httpx.Request) -> httpx.Response:
        question = json.loads(request.content)
        name, ecosystem = question["package"]["name"], question["package"]["ecosystem"]
        asked.append((ecosystem, name))
        if name in silent:
            return httpx.Response(503)
        return httpx.Response(
            200, json=told_by_osv(name, ecosystem, question.get("page_token", ""))
        )

    client = partial(httpx.Client, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(audit, "httpx", SimpleNamespace(Client=client, HTTPError=httpx.HTTPError))
    monkeypatch.setattr(audit, "ROOT", tmp_path)
    (tmp_path / "requirements").mkdir()
    (tmp_path / audit.LOCK).write_text("Django==5.2\nsix==1\n")
    (tmp_path / audit.NPM_LOCK).write_bytes(sbom.NPM_LOCK.read_bytes())
    keep(monkeypatch, tmp_path / "kept.json", "")
    silent.add("tslib")
    before = advisories.KEPT.read_text()
    assert audit.main(["--renew"]) == 1
    assert advisories.KEPT.read_text() == before  # never the half of it
    silent.clear()
    asked.clear()
    assert audit.main(["--renew"]) == 0
    assert len(asked) == 2 + 1 + 12  # Django has two pages
    today = datetime.now(UTC).date().isoformat()
    bad = {"id": "P-1", "bad": [["1", "1.5", ""], ["2", "", ""]]}
    assert advisories.kept("PyPI") == {"date": today, "packages": {"Django": [bad]}}
    said = {"id": "G-1", "bad": [["0", "", "3"]]}
    listed = {"id": "G-3", "bad": [["5.0", "", "5.0"]]}
    assert advisories.kept("npm") == {"date": today, "packages": {"echarts": [said, listed]}}


@pytest.mark.parametrize(
    ("bad", "hit"),
    [
        (["1", "1.5", ""], ["1", "1.4"]),
        (["2", "", ""], ["2.0.1", "3", "3.1-next.2"]),
        (["0", "", "1.4"], ["0.9", "1", "1.4"]),
    ],
)
def test_which_versions_it_is_in(bad: list[str], hit: list[str]) -> None:
    packages = {"a": [{"id": "P-1", "bad": [bad]}]}
    versions = ("0.9", "1", "1.4", "1.5", "2.0.1", "3", "3.1-next.2")
    assert [at for at in versions if advisories.known(packages, {"a": at})] == hit


def test_what_is_kept_is_made_from_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def say(package: str, name: str, text: str) -> None:
        folder = tmp_path / "vulns" / package
        folder.mkdir(parents=True, exist_ok=True)
        head = f"id: {name}\nmodified: 2026-01-0{name[-1]}T00:00:00Z\n"
        (folder / f"{name}.yaml").write_text(head + text)

    affected = f"affected: [{{ranges: [{{type: ECOSYSTEM, events: {json.dumps(EVENTS)}}}]}}]\n"
    say("a", "P-1", affected)
    say("a", "P-2", affected + "withdrawn: 2026-01-02T00:00:00Z\n")
    say("other", "P-3", affected)
    keep(monkeypatch, tmp_path / "kept.json", "2026-01-01")
    audit.keep(tmp_path, ["a"])
    assert advisories.kept("PyPI") == {
        "date": "2026-01-03",
        "packages": {"a": [{"id": "P-1", "bad": [["1", "1.5", ""], ["2", "", ""]]}]},
    }
    assert advisories.kept("npm")["date"] == "2026-01-01"  # of another day


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
            assert sbom.told(bill)
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
