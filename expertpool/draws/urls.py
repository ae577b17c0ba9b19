from __future__ import annotations

from django.urls import path

from expertpool.draws.enums import SheetKind
from expertpool.draws.views import (
    draws,
    emergency,
    exclusions,
    notices,
    panel_roles,
    picking,
    plan,
    recordings,
    replay,
    running,
    sheets,
    templates,
    verification,
    widening,
)

DRAW_SHEET, SIGN_IN = {"sheet": SheetKind.DRAW}, {"sheet": SheetKind.SIGN_IN}
PDF, FILE = {"as_pdf": True}, {"as_pdf": False}

app_name = "draws"
urlpatterns = [
    path("projects/<int:pk>/plan/", plan.plan, name="plan"),
    path("projects/<int:pk>/plan/groups/", plan.plan_groups, name="plan_groups"),
    path("projects/<int:pk>/plan/count/", plan.plan_count, name="plan_count"),
    path("projects/<int:pk>/prequery/", plan.prequery, name="prequery"),
    path("projects/<int:pk>/exclusions/", exclusions.exclusions, name="exclusions"),
    path("projects/<int:pk>/widen/", widening.conditions, name="widen_plan"),
    path("projects/<int:pk>/widen/groups/", widening.condition_groups, name="widen_groups"),
    path("draws/<int:pk>/widen/", widening.widen, name="widen"),
    path("projects/<int:pk>/start/", running.start, name="start"),
    path("projects/<int:pk>/notices/delete/", notices.delete, name="notices_delete"),
    path("draws/", draws.draw_list, name="list"),
    path("draws/<int:pk>/", draws.detail, name="detail"),
    path("draws/<int:pk>/room/", draws.room, name="room"),
    path("draws/<int:pk>/replay/", replay.replay, name="replay"),
    path("draws/<int:pk>/recordings/", recordings.recordings, name="recordings"),
    path("draws/<int:pk>/recordings/<uuid:recording>/", recordings.part, name="recording_part"),
    path(
        "draws/<int:pk>/recordings/<uuid:recording>/finish/",
        recordings.finish,
        name="recording_finish",
    ),
    path("draws/<int:pk>/names/", draws.names, name="names"),
    path("draws/<int:pk>/qr.svg", draws.qr, name="qr"),
    path("draws/<int:pk>/sheet.pdf", sheets.sheet, DRAW_SHEET | PDF, name="sheet_pdf"),
    path("draws/<int:pk>/sheet/", sheets.sheet, DRAW_SHEET | FILE, name="sheet_file"),
    path("draws/<int:pk>/sign-in.pdf", sheets.sheet, SIGN_IN | PDF, name="sign_in_pdf"),
    path("draws/<int:pk>/sign-in/", sheets.sheet, SIGN_IN | FILE, name="sign_in_file"),
    path("draws/<int:pk>/contribute/<slug:role>/", running.give_value, name="contribute"),
    path("draws/<int:pk>/abandon/", running.abandon, name="abandon"),
    path("draws/<int:pk>/supplement/", running.supplement, name="supplement"),
    path("draws/<int:pk>/roles/", panel_roles.panel_roles, name="panel_roles"),
    path("projects/<int:pk>/pick/<slug:kind>/", picking.pick, name="pick"),
    path("draws/<int:pk>/pick/", picking.pick_more, name="pick_more"),
    path("draws/<int:pk>/picks/<int:request_pk>/", picking.picks, name="picks"),
    path("draws/templates/", templates.templates, name="templates"),
    path("draws/templates/new/", templates.keep, name="template_keep"),
    path("draws/templates/<int:pk>/delete/", templates.delete, name="template_delete"),
    path("draws/<int:pk>/lines/<int:line>/", running.answer, name="answer"),
    path("draws/<int:pk>/emergency/", emergency.declare, name="emergency"),
    path("draws/<int:pk>/lines/<int:line>/contact/", emergency.contact, name="contact"),
    path("verify/", verification.check, name="verify"),
    path("verify/verify.py", verification.program, name="verify_program"),
    path("verify/chain/", verification.chain, name="chain"),
    path("verify/replay/", replay.file_replay, name="replay_file"),
    path("verify/<str:number>/", verification.draw_page, name="verify_draw"),
    path("verify/<str:number>/record.json", verification.record, name="verify_record"),
    path("verify/<str:number>/replay/", replay.public_replay, name="public_replay"),
]
