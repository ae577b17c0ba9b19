"""What somebody writes for the record is kept to its end, or refused with words: nothing of it is cut."""

from __future__ import annotations

import ast
import re
from itertools import product

import pytest
from django.apps import apps
from django.conf import settings

from expertpool.core.text import whole
from expertpool.core.views.reasons import MOST

BASE = settings.BASE_DIR / "expertpool"
LOG = "audit.Entry.note"
DECISION = "workflow.Decision.note"
# Where what each question asks for is kept: the text with the least room for it.
KEPT = {
    "accounts:user_blacklist": LOG,
    "accounts:user_disable": LOG,
    "accounts:user_sessions_end": 200,
    "accounts:user_unblacklist": LOG,
    "certificates:revoke": "certificates.Certificate.reason",
    "certificates:revoke_picked": "certificates.Certificate.reason",
    "draws:abandon": LOG,
    "draws:emergency_end": LOG,
    "draws:notices_delete": "notifications.Message.deletion_reason",
    "draws:pause": "draws.DrawPause.reason",
    "draws:place_tries": 200,
    "draws:plan_agree": DECISION,
    "draws:resume": "draws.DrawPause.reason",
    "draws:resume_changed": "draws.DrawPause.reason",
    "draws:send_at_once": "draws.DrawPause.reason",
    "experts:avoidance_remove": LOG,
    "experts:blacklist_remove": "experts.BlacklistEntry.removal_reason",
    "experts:blacklist_remove_many": "experts.BlacklistEntry.removal_reason",
    "experts:delete": "experts.Expert.deletion_reason",
    "experts:delete_many": "experts.Expert.deletion_reason",
    "experts:freeze": LOG,
    "experts:freeze_many": LOG,
    "experts:return_many": DECISION,
    "experts:tell_apart": "experts.ToldApart.reason",
    "experts:unblacklist_many": "experts.BlacklistEntry.removal_reason",
    "experts:unfreeze": LOG,
    "experts:unfreeze_many": LOG,
    "experts:unlink_account": LOG,
    "files/_attachments.html": LOG,
    "inspections:return_many": "inspections.Inspection.note",
    "notices:withdraw": "notices.ExpertNotice.withdrawal_reason",
    "projects:archive": "projects.Project.archive_note",
    "projects:reject": "projects.Project.decision_note",
    "reviews:assignment_abandon": "reviews.ItemAssignment.voided_why",
    "reviews:lead": LOG,
    "reviews:start": 200,
    "reviews:stop": LOG,
    "workflow:request_ask": "draws.VoidRequest.reason",
    "workflow:request_turn_down": "draws.VoidRequest.note",
}
TAG = re.compile(r"{% (?:button|menu_item|bulk_button) ([^%]*?\bask=[^%]*?)%}")
# What a machine has written, or is compared with what was cut once.
MAY_CUT = {
    "backups/services/making.py",
    "backups/services/telling.py",
    "backups/services/trying.py",
    "draws/services/replies.py",
    "experts/services/versions.py",
    "points/services/ledger.py",
    "audit/services/recording.py",
    "operations/services/alerts.py",
    "operations/services/robots.py",
    "reviews/services/materials.py",
}
WRITTEN = ("reason", "note", "why", "cut", "kept")


def room(kept: str | int) -> int:
    """Return how many letters are kept there."""
    if isinstance(kept, int):
        return kept
    model, _, name = kept.rpartition(".")
    return apps.get_model(model)._meta.get_field(name).max_length or MOST


def questions() -> list[tuple[str, str, int]]:
    """Return of each question of a template where it is, to which address its answer goes, and how many letters it takes."""
    found = []
    for path in sorted(BASE.glob("*/templates/**/*.html")):
        text, at = path.read_text(), path.as_posix().partition("templates/")[2]
        for tag in TAG.findall(text):
            variable = re.search(r"\b(?:hx_post|post|url)=([\w\"/]+)", tag).group(1)  # type: ignore[union-attr]
            said = re.search(r"ask_most=\"?([\w.]+)", tag)
            most = said.group(1) if said else MOST
            takes = int(most) if str(most).isdigit() else room(str(most))
            # The nearest above: a page may call two addresses alike.
            above = text[: text.index(tag)]
            urls = re.findall(rf"url \"([\w:]+)\"[^%]* as {variable} ", above)
            found.append((at, urls[-1] if urls else at, takes))
    return found


def is_most(upper: ast.expr | None) -> bool:
    """Tell whether something is cut there at a number of letters."""
    return (isinstance(upper, ast.Constant) and upper.value >= 100) or (
        isinstance(upper, ast.Name) and upper.id.isupper()
    )


def test_each_question_takes_what_is_kept_of_it() -> None:
    asked = [one for one in questions() if not one[0].startswith("styleguide/")]
    assert {address for _, address, _ in asked} == KEPT.keys()
    wrong = [
        f"{at}: {address} takes {takes} letters, {room(KEPT[address])} are kept"
        for at, address, takes in asked
        if takes != min(MOST, room(KEPT[address]))
    ]
    assert wrong == []


def test_no_service_cuts_what_somebody_wrote() -> None:
    wrong = []
    for path in sorted(BASE.glob("*/services/*.py")):
        at = path.relative_to(BASE).as_posix()
        if at in MAY_CUT:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)):
                continue
            names = {getattr(one, "id", getattr(one, "attr", "")) for one in ast.walk(node.value)}
            if is_most(node.slice.upper) and any(a in b for a, b in product(WRITTEN, names)):
                wrong.append(f"{at}:{node.lineno}: {ast.unparse(node)}")
    assert wrong == []


def test_what_is_too_long_is_refused_with_the_number_of_its_letters() -> None:
    assert whole(" 字字 ", 2, ValueError) == "字字"
    with pytest.raises(ValueError, match="所写的内容最多写 2 字，现有 3 字，请缩短后再提交"):
        whole("字字字", 2, ValueError)
