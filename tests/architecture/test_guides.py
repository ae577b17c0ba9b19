"""What the guides name is there: every path, and every name that stands behind a file. What they show
to be copied compiles."""

import ast
import re
from pathlib import Path
from textwrap import dedent

import pytest
from django.template import engines

from config import cli
from config.environment import BASE_DIR

HOW_TO = sorted((BASE_DIR / "docs/howto").glob("*.md"))
GUIDES = [
    BASE_DIR / "docs/architecture/structure.md",
    BASE_DIR / "docs/security.md",
    *HOW_TO,
]
# `draws/services/names.py:release`, `expertpool/experts/validators/values.py`, `tests/siteconfig`
NAMED = re.compile(r"`((?:[a-z_]+/)+[\w.]*)(?::(\w+))?`")
FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
CALL = re.compile(r"[\w.]+\(.*\)")
TAG = re.compile(r"\{%[^%]*%\}")
ROOTS = ("config", "docs", "expertpool", "frontend", "tests", "tools", "vdraw")


OPERATIONS = sorted((BASE_DIR / "docs/operations").glob("*.md"))
# In what is to be typed: `.venv/bin/expertpool backup …`, and where a page shortens it, `as backup …`.
COMMAND = re.compile(r"(?:^ *|[/;&`] ?)(?:expertpool|as) ([a-z][a-z-]+)", re.MULTILINE)
TARGETS = re.compile(r"(?:^ *|[;&`] ?)make ((?:[a-z][a-z0-9-]* ?)+)", re.MULTILINE)
SETTING = re.compile(r"\b([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]|[A-Z0-9]{3,}(?==))")
SHIPPED = re.compile(
    r"(?<![\w./-])((?:config|deploy|docs|expertpool|requirements|tests|tools)/[\w./-]*\w)"
)


def place_of(path: str) -> Path:
    """Paths of apps may be written without the folder that holds them all, those of templates as pages
    name them."""
    app = path.split("/", maxsplit=1)[0]
    if path.endswith(".html") and "/templates/" not in path:
        return BASE_DIR / "expertpool" / app / "templates" / path
    return BASE_DIR / path if app in ROOTS else BASE_DIR / "expertpool" / path


def names_of(guide: Path) -> list[tuple[str, str]]:
    found = NAMED.findall(guide.read_text())
    # `var/` is there once the product has run.
    return [(path, name) for path, name in found if "NAME" not in path and path[:4] != "var/"]


def test_the_guides_name_much_of_the_code() -> None:
    """The control: the pattern finds what stands in them."""
    assert len(names_of(GUIDES[0])) > 50
    assert len(GUIDES) > 9


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.name)
def test_what_a_guide_names_is_there(guide: Path) -> None:
    missing = []
    for path, name in names_of(guide):
        place = place_of(path)
        if not place.exists():
            missing.append(path)
        elif name and not re.search(
            rf"^ *(?:(?:async )?def |class )?{name}\b", place.read_text(), re.MULTILINE
        ):
            missing.append(f"{path}:{name}")
    assert missing == []


@pytest.mark.parametrize("guide", [*GUIDES, *OPERATIONS], ids=lambda guide: guide.name)
def test_where_a_guide_leads_there_is_something(guide: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", guide.read_text())
    places = [link for link in links if "://" not in link]
    assert [link for link in places if not (guide.parent / link).exists()] == []


def typed_in(guide: Path) -> str:
    """Return what ``guide`` shows to be typed or to be written into a file."""
    text = guide.read_text()
    fences = [sample for _, sample in FENCE.findall(text)]
    return "\n".join([*fences, *(f"`{one}`" for one in SPAN.findall(FENCE.sub("", text)))])


def commands() -> set[str]:
    told = re.findall(r"^  ([a-z-]+)", cli.USAGE, re.MULTILINE)
    return {*told, *cli.ENTRY_POINTS}


@pytest.mark.parametrize("guide", OPERATIONS, ids=lambda guide: guide.name)
def test_what_a_page_of_operations_tells_to_type_is_there(guide: Path) -> None:
    """Commands, targets, settings and files: whoever follows it in the night has nobody to ask."""
    typed = typed_in(guide)
    makefile = (BASE_DIR / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z][a-z0-9-]*):", makefile, re.MULTILINE))
    assert set(COMMAND.findall(typed)) <= commands()
    assert {one for found in TARGETS.findall(typed) for one in found.split()} <= targets
    files = [*(BASE_DIR / "deploy").rglob("*"), BASE_DIR / ".env.example", BASE_DIR / "Makefile"]
    known = "\n".join(one.read_text() for one in files if one.is_file())
    unknown = {one for one in SETTING.findall(typed) if not re.search(rf"\b{one}\b", known)}
    assert unknown == set()
    assert [one for one in SHIPPED.findall(typed) if not (BASE_DIR / one).exists()] == []


def test_what_pages_of_operations_tell_to_type_is_found() -> None:
    """The control: the patterns find what stands in them."""
    typed = "\n".join(map(typed_in, OPERATIONS))
    assert {"backup", "restore", "verify-chain", "migrate"} <= set(COMMAND.findall(typed))
    assert {"setup assets", "bundle"} <= {one.strip() for one in TARGETS.findall(typed)}
    assert {"DATABASE_URL", "BACKUP_S3", "DEBUG"} <= set(SETTING.findall(typed))
    assert "deploy/systemd/expertpool-voice.service" in SHIPPED.findall(typed)


def test_an_upgrade_begins_with_a_backup() -> None:
    """There is no other way back: no migration is undone, and what was stored since may not be read."""
    page = (BASE_DIR / "docs/operations/install.md").read_text()
    upgrade = page[page.index("## 五、升级") :]
    first, *others = COMMAND.findall("\n".join(sample for _, sample in FENCE.findall(upgrade)))
    assert first == "backup"
    assert "migrate" in others
    assert "退回" in upgrade


def samples_of(guide: Path) -> tuple[list[str], list[str]]:
    """Return what ``guide`` shows of templates and of Python; a tag alone is a word, no sample."""
    text = guide.read_text()
    fences = FENCE.findall(text)
    spans = SPAN.findall(FENCE.sub("", text))
    templates = [sample for kind, sample in fences if kind == "django"]
    templates += [one for one in spans if "{%" in one and not TAG.fullmatch(one)]
    code = [dedent(sample) for kind, sample in fences if kind == "python"]
    code += [one for one in spans if CALL.fullmatch(one)]
    return templates, code


@pytest.mark.parametrize("guide", HOW_TO, ids=lambda guide: guide.name)
def test_what_a_guide_shows_compiles(guide: Path) -> None:
    templates, code = samples_of(guide)
    for template in templates:
        engines["django"].from_string(template)
    for sample in code:
        ast.parse(sample.replace("…", "..."))  # what is left out


@pytest.mark.parametrize("guide", HOW_TO, ids=lambda guide: guide.name)
def test_who_is_sent_to_the_row_of_a_list_is_sent_to_its_head(guide: Path) -> None:
    """A cell without a heading puts every later column under the wrong one."""
    named = {path.rsplit("templates/", maxsplit=1)[-1] for path, _ in names_of(guide)}
    for row in (one for one in named if one.endswith("/_row.html")):
        pages = (BASE_DIR / "expertpool").rglob("*.html")
        heads = {page.name for page in pages if f'include "{row}"' in page.read_text()}
        assert heads & {Path(one).name for one in named}, f"{guide.name}: {row} without {heads}"


def test_the_walk_opens_candidates_where_the_code_does() -> None:
    """What a seal holds is opened by one class; its name stands in the row, beside who calls it."""
    walk = (BASE_DIR / "docs/architecture/structure.md").read_text().splitlines()
    (row,) = (line for line in walk if "The expert is drawn" in line)
    named = NAMED.findall(row)
    assert ("draws/queries/blocks.py", "Openings") in named
    callers = [path for path, _ in named if "Openings(" in place_of(path).read_text()]
    assert "draws/services/seating.py" in callers


def test_the_samples_are_found() -> None:
    """The control: blocks and lines of both kinds."""
    templates, code = samples_of(BASE_DIR / "docs/howto/build-a-page.md")
    assert len(templates) > 2
    assert len(code) > 4


def test_each_promise_of_security_names_a_decision_and_a_test() -> None:
    lines = (BASE_DIR / "docs/security.md").read_text().splitlines()
    promises = [line for line in lines if line.startswith("| ") and "---" not in line]
    kept = [line for line in promises if "](decisions/" in line and "`tests/" in line]
    assert [line for line in promises if line not in kept] == (
        ["| promise | decision | test |"] * (len(promises) - len(kept))
    )
    assert len(kept) > 20
