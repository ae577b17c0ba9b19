from __future__ import annotations

from django.urls import path

from expertpool.draws.enums import SheetKind
from expertpool.draws.views import (
    draws,
    emergency,
    expert_area,
    exposure,
    ledger,
    notices,
    own_avoidance,
    own_leave,
    panel_roles,
    picking,
    plan,
    recordings,
    reply,
    running,
    sheet_templates,
    sheets,
    templates,
    verification,
    voiding,
)

DRAW_SHEET, SIGN_IN = {"sheet": SheetKind.DRAW}, {"sheet": SheetKind.SIGN_IN}
PDF, FILE = {"as_pdf": True}, {"as_pdf": False}

app_name = "draws"
urlpatterns = [
    path("projects/<int:pk>/plan/", plan.plan, name="plan"),
    path("projects/<int:pk>/plan/groups/", plan.plan_groups, name="plan_groups"),
    path("projects/<int:pk>/plan/count/", plan.plan_count, name="plan_count"),
    path("projects/<int:pk>/prequery/", plan.prequery, name="prequery"),
    path("projects/<int:pk>/start/", running.start, name="start"),
    path("projects/<int:pk>/notices/delete/", notices.delete, name="notices_delete"),
    path("draws/", draws.draw_list, name="list"),
    path("draws/<int:pk>/", draws.detail, name="detail"),
    path("draws/<int:pk>/room/", draws.room, name="room"),
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
    path("draws/sheet-templates/", sheet_templates.template_list, name="sheet_template_list"),
    path("draws/sheet-templates/new/", sheet_templates.upload, name="sheet_template_upload"),
    path(
        "draws/sheet-templates/starters/<str:sheet>/",
        sheet_templates.starter_file,
        name="sheet_template_starter",
    ),
    path(
        "draws/sheet-templates/<int:pk>/preview/",
        sheet_templates.preview,
        name="sheet_template_preview",
    ),
    path(
        "draws/sheet-templates/<int:pk>/file/", sheet_templates.original, name="sheet_template_file"
    ),
    path(
        "draws/sheet-templates/<int:pk>/enable/",
        sheet_templates.enable,
        name="sheet_template_enable",
    ),
    path(
        "draws/sheet-templates/<int:pk>/disable/",
        sheet_templates.disable,
        name="sheet_template_disable",
    ),
    path(
        "draws/sheet-templates/<int:pk>/delete/",
        sheet_templates.delete,
        name="sheet_template_delete",
    ),
    path("draws/<int:pk>/contribute/<slug:role>/", running.give_value, name="contribute"),
    path("draws/<int:pk>/abandon/", running.abandon, name="abandon"),
    path("draws/<int:pk>/supplement/", running.supplement, name="supplement"),
    path("draws/<int:pk>/roles/", panel_roles.panel_roles, name="panel_roles"),
    path("projects/<int:pk>/pick/<slug:kind>/", picking.pick, name="pick"),
    path("draws/<int:pk>/pick/", picking.pick_more, name="pick_more"),
    path("draws/<int:pk>/picks/<int:request_pk>/", picking.picks, name="picks"),
    path("draws/<int:pk>/picks/<int:request_pk>/agree/", picking.agree, name="picks_agree"),
    path(
        "draws/<int:pk>/picks/<int:request_pk>/turn-down/",
        picking.turn_down,
        name="picks_turn_down",
    ),
    path(
        "draws/<int:pk>/picks/<int:request_pk>/withdraw/",
        picking.withdraw,
        name="picks_withdraw",
    ),
    path("draws/<int:pk>/void/", voiding.ask, name="void"),
    path("draws/<int:pk>/void/<int:request_pk>/agree/", voiding.agree, name="void_agree"),
    path(
        "draws/<int:pk>/void/<int:request_pk>/turn-down/", voiding.turn_down, name="void_turn_down"
    ),
    path("draws/templates/", templates.templates, name="templates"),
    path("draws/templates/new/", templates.keep, name="template_keep"),
    path("draws/templates/<int:pk>/delete/", templates.delete, name="template_delete"),
    path("draws/<int:pk>/lines/<int:line>/", running.answer, name="answer"),
    path("draws/<int:pk>/emergency/", emergency.declare, name="emergency"),
    path("draws/<int:pk>/lines/<int:line>/contact/", emergency.contact, name="contact"),
    path("draws/exposure/", exposure.exposure, name="exposure"),
    path("draws/exposure/new/", exposure.new_period, name="exposure_new"),
    path("draws/exposure/<int:pk>/again/", exposure.again, name="exposure_again"),
    path("draws/ledger/", ledger.ledger, name="ledger"),
    path("r/<str:token>/", reply.reply, name="reply"),
    path("r/<str:token>/leave/", reply.leave, name="reply_leave"),
    path("r/<str:token>/calendar/", reply.calendar, name="reply_calendar"),
    path("r/<str:token>/files/<int:pk>/", reply.project_file, name="reply_file"),
    path("my/reviews/", expert_area.reviews, name="my_reviews"),
    path("my/reviews/<int:pk>/", expert_area.review, name="my_review"),
    path("my/reviews/<int:pk>/answer/", expert_area.answer, name="my_review_answer"),
    path("my/reviews/<int:pk>/leave/", expert_area.leave, name="my_review_leave"),
    path("my/reviews/<int:pk>/calendar/", expert_area.calendar, name="my_review_calendar"),
    path(
        "my/reviews/<int:pk>/files/<int:file_pk>/", expert_area.project_file, name="my_review_file"
    ),
    path("my/leaves/", own_leave.leaves, name="my_leaves"),
    path("my/leaves/new/", own_leave.add, name="my_leave_add"),
    path("my/leaves/<int:pk>/cancel/", own_leave.cancel, name="my_leave_cancel"),
    path("my/avoidances/", own_avoidance.avoidances, name="my_avoidances"),
    path("my/avoidances/new/", own_avoidance.add, name="my_avoidance_add"),
    path("my/avoidances/<int:pk>/remove/", own_avoidance.remove, name="my_avoidance_remove"),
    path("verify/", verification.check, name="verify"),
    path("verify/verify.py", verification.program, name="verify_program"),
    path("verify/chain/", verification.chain, name="chain"),
    path("verify/<str:number>/", verification.draw_page, name="verify_draw"),
    path("verify/<str:number>/record.json", verification.record, name="verify_record"),
]
