"""What is shipped: its known vulnerabilities, its licences."""

from __future__ import annotations

import pytest

from tools import audit, sbom

BAD = {"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": ""}


@pytest.mark.shows("OPS-04")
def test_a_known_vulnerability_fails_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    result = {"dependencies": [{"name": "a", "version": "1", "vulns": [BAD]}]}
    monkeypatch.setattr(audit, "_asked", lambda: result)
    assert audit.main() == 1
    assert audit.findings(result) == (["a 1: PYSEC-1, mended in 2"], [])


def test_that_nobody_could_be_asked_is_said_and_passes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    skipped = {"dependencies": [{"name": "a", "skip_reason": "not found"}]}
    for result in (skipped, None):
        monkeypatch.setattr(audit, "_asked", lambda given=result: given)
        assert audit.main() == 0
        assert "NOT CHECKED" in capsys.readouterr().out


def test_the_bill_holds_what_is_shipped() -> None:
    bill = {
        "metadata": {"component": {"bom-ref": "root"}},
        "components": [{"name": "Django", "bom-ref": "d"}, {"name": "pytest", "bom-ref": "p"}],
        "dependencies": [{"ref": "root", "dependsOn": ["d", "p"]}, {"ref": "p"}],
    }
    kept = sbom.only(bill, sbom.shipped("django==5.2 \\\n    --hash=sha256:1\n"))
    assert [one["name"] for one in kept["components"]] == ["Django"]
    assert kept["dependencies"] == [{"ref": "root", "dependsOn": ["d"]}]


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
