"""No form overwrites what its reader has not seen: the pages come from the table of URLs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from expertpool.core.views.editing import READ
from expertpool.fees.models import FeeLine
from expertpool.projects.rules import RULES
from tests.architecture.forms import PostedForm, forms_of, pages
from tests.architecture.world import World, make_world
from tests.factories.experts import make_specialty
from tests.fixtures import login

# Whoever posts one of these adds, asks or does something once: nothing that stood is overwritten.
ADDS = {
    "accounts:user_reset",
    # A row waits, and nothing of it changes until it is decided or taken back.
    "achievements:add",
    "achievements:decide",
    "audit:verify",
    # Done once, and refused if somebody else was faster.
    "automation:errand_done",
    # Refused if what was asked has changed since it was shown.
    "changes:decide",
    "inspections:decide",
    # Says by its version what it was opened with, and is refused if that is not the last.
    "inspections:hand_in_for",
    *("inspections:reopen", "inspections:lift", "inspections:renewal_decide"),
    *("inspections:renew_many", "inspections:renewal_ask"),
    *("joining:approve", "joining:reject", "joining:return"),
    # Says by ``seen`` which of its versions it was opened with: it is saved whole, or not at all.
    "certificates:design",
    "directory:unit_merge",
    "draws:answer",
    "draws:emergency",
    "draws:pick_more",
    "draws:supply",  # keeps more files with a draw
    "experts:appeal_decide",
    "experts:blacklist_many",
    # Moves only who works still for the unit that was shown.
    "experts:assign_employer",
    "experts:conditions",
    "experts:link_account",
    "experts:merge_choose",
    "experts:import",
    "experts:import_mapping",
    "experts:removal_decide",
    # What each row changes is shown, and refused if the record was changed since.
    "experts:update",
    "experts:update_mapping",
    "experts:tag_many",
    "notices:choose",  # adds experts to a draft
    "operations:acknowledge",
    "papers:upload",
    # What is said of experts is said once.
    *(
        "evaluations:detail",
        "evaluations:extend",
        "evaluations:answer",
        "evaluations:caution_answer",
        "evaluations:sanction",
    ),
    # Says by its version, or is saved whole until it was sent; what was sent is reversed once.
    *("reviews:import", "reviews:import_mapping"),
    *(
        "reviews:create",
        "reviews:item_new",
        "reviews:join",
        "reviews:materials",
        "reviews:assignment_recuse",  # asks once; a second person decides
        "reviews:assignment_exit",
        "reviews:own_recuse",  # of what he has, once
    ),  # adds
    # Says by ``seen`` which sums it was opened with.
    *("fees:project_send", "fees:reverse"),
    "fees:correct",  # asks once; a second person decides
    # Begins a rule of its own; the trial keeps nothing.
    *("reviews:rule_copy", "reviews:rule_trial"),
    *(
        "fees:account_check",
        "fees:payment_returned",
        "fees:received",
        "fees:pay_void",
        "fees:batch_paid",
        "fees:answers",
        "fees:workload",
        "fees:workload_mapping",
        "fees:answers_mapping",
    ),  # said once
    # Asks once; a second person decides, or who serves answers.
    # Asks once, or answers once.
    *("privacy:ask", "privacy:answer", "privacy:consent"),
    *("points:answer", "points:correct", "points:counter"),
    "portal:app_set_up",
    "portal:app_take_away",
    "portal:app_prove",
    "secondfactor:codes",
    # With the password; it is there or not.
    "secondfactor:passkey_remove",
    "accounts:user_import",
    "accounts:user_import_mapping",
    # Refused where it is there already.
    "identity:map",
    "projects:conditions",
    "projects:group",
    "projects:import",
    "projects:import_mapping",
    "projects:task_complete",
    "workflow:hand_over",
    # Decides what waits for him now, or is refused.
    "workflow:send_back",
    "workflow:request_code",
    "workflow:request_confirm",
    "portal:sessions_end_others",
}


def _elsewhere(world: World) -> dict[str, Any]:
    return {"parent": make_specialty("Z98", scheme=world.specialty.scheme).pk}


def _other_sum(world: World) -> dict[str, Any]:
    line = FeeLine.objects.exclude(expert=world.expert)[0]
    return {f"e{line.invitation_id}_other": "77"}


# The settings of a group say it in words of their own.
OWN_WORDS = {"siteconfig:edit"}
# A draw for whose voiding somebody has asked cannot be moved, nor a plan be changed whose draw is
# sealed: of these only that they send it.
HELD = {"draws:plan", "draws:reschedule"}
# What one person changes in each form, while another has it open.
CHANGES: dict[str, Callable[[World], dict[str, Any]]] = {
    "accounts:user_edit": lambda _w: {"name": "王小明"},
    "automation:edit": lambda _w: {"purpose": "新的用途"},
    "accounts:menu_entry_edit": lambda _w: {"label": "新的名称"},
    "accounts:menu_group_edit": lambda _w: {"label": "新的组名"},
    "accounts:menu_link_edit": lambda _w: {"label": "新的链接"},
    "accounts:menu_shortcuts_edit": lambda _w: {"at0": "projects"},
    "accounts:role_edit": lambda _w: {"description": "新的说明"},
    "accounts:department_edit": lambda _w: {"order": "7"},
    "customforms:field_edit": lambda _w: {"help": "新的提示"},
    "directory:division_edit": lambda _w: {"name": "新区"},
    "directory:item_edit": lambda _w: {"name": "新条目"},
    "directory:relation_edit": lambda _w: {"source": "工商登记"},
    "directory:scheme_edit": lambda _w: {"name": "新体系"},
    "directory:specialty_edit": lambda _w: {"name": "新专业"},
    "directory:specialty_move": _elsewhere,
    "directory:title_edit": lambda _w: {"name": "新职称"},
    "directory:unit_edit": lambda _w: {"name": "新单位"},
    "monitoring:region_edit": lambda _w: {"region": "北京市"},
    "draws:panel_roles": lambda w: {f"line-{w.invitation.pk}": "leader"},
    "evaluations:form_edit": lambda _w: {"dimensions": "业务水平 100"},
    "experts:blacklist_amend": lambda _w: {"evidence": "补充的决定书"},
    "experts:edit": lambda _w: {"position": "总工程师"},
    "experts:kind": lambda _w: {"contact_person": "周敏", "reason": "填错了"},
    "experts:expert_tags": lambda w: {"tags": w.tag.pk},
    "experts:tag_edit": lambda _w: {"name": "新分组"},
    "experts:sharing_edit": lambda _w: {"mode": "none"},
    "fees:project": _other_sum,
    "fees:rate_edit": lambda _w: {"source": "新的文件"},
    "inspections:edit": lambda _w: {"guidance": "新的说明"},
    "joining:consent_edit": lambda _w: {"text": "新的告知书"},
    "joining:consent_edit_of": lambda _w: {"text": "新的告知书"},
    "joining:link_edit": lambda _w: {"name": "新的链接"},
    "notices:edit": lambda _w: {"title": "新的标题"},
    "notifications:template": lambda _w: {"body": "请答复：{{答复链接}}"},
    "points:benefit_edit": lambda _w: {"description": "新的内容"},
    "points:level_edit": lambda _w: {"note": "新的说明"},
    "points:rule_edit": lambda _w: {"points": "8"},
    "projects:batch_edit": lambda _w: {"name": "新批次"},
    "projects:edit": lambda _w: {"place": "新的地点"},
    "projects:rules": lambda _w: {"rules": RULES[0].code},
    "reviews:assignment_choose": lambda _w: {"experts": "1"},
    "reviews:assignment_edit": lambda _w: {"way": "draw", "per_item": "2", "per_expert": "3"},
    "reviews:edit": lambda _w: {"by_stage": "on"},
    "reviews:item_edit": lambda _w: {"name": "新的名称"},
    "reviews:rule_edit": lambda _w: {"source": "新的文件"},
    "webhooks:edit": lambda _w: {"name": "新的推送"},
    "workflow:flow": lambda _w: {"s1-name": "初审"},
}
TOLD = "有人改过这里"
# Its rows are one thing, of which the reader decides; or nobody saves it without typing what is missing.
WHOLE = {"automation:edit", "workflow:flow", "experts:kind"}


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world()


def test_every_form_that_edits_says_what_it_has_read(world: World) -> None:
    admin = world.users["admin"]
    client = login(Client(), admin)
    silent, wrong, found = [], [], set()
    for name, url, page in pages(world, client, admin):
        for form in forms_of(page):
            if not form.is_kept or name in ADDS or name.endswith(("create", "_new", "_add")):
                continue
            if "version" not in form.values:
                silent.append(name)
            elif name not in OWN_WORDS | HELD:
                found.add(name)
                wrong += complaints(client, form, form.address or url, CHANGES[name](world), name)
    assert silent == [], "sends no version; if it only adds, say so in ADDS:\n" + "\n".join(silent)
    assert wrong == [], "\n".join(wrong)
    assert found == CHANGES.keys()


def undone(client: Client, form: PostedForm, url: str, name: str) -> Iterator[str]:
    """Who touched nothing is shown what now stands, and saves that."""
    late = forms_of(client.post(url, form.values).content.decode())[-1].values
    now = forms_of(client.get(url).content.decode())[-1].values
    for field in sorted((late.keys() | now.keys()) - {READ, "csrfmiddlewaretoken"}):
        if late.get(field) != now.get(field):
            yield f"{name}: {field} goes back to {late.get(field)} from {now.get(field)}"


def complaints(
    client: Client, form: PostedForm, url: str, change: dict[str, Any], name: str
) -> Iterator[str]:
    """Save a change, then the same from whoever opened the form before it."""
    typed = form.values | change
    with transaction.atomic():
        first = client.post(url, typed)
        if first.status_code not in {204, 302}:
            errors = first.context["form"].errors if "form" in (first.context or {}) else ""
            yield f"{name}: the first is refused: {first.status_code} {errors}"
        late = client.post(url, typed)
        if late.status_code != 422 or TOLD not in late.content.decode():
            yield f"{name}: overwrites what it has not read: {late.status_code}"
        if name not in WHOLE:
            yield from undone(client, form, url, name)
        transaction.set_rollback(True)
