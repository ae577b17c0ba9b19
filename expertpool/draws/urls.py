from __future__ import annotations

from django.urls import path

from expertpool.draws.views import (
    draws,
    expert_area,
    own_avoidance,
    own_leave,
    plan,
    reply,
    running,
    sheets,
    templates,
    verification,
    voiding,
)

app_name = "draws"
urlpatterns = [
    path("projects/<int:pk>/plan/", plan.plan, name="plan"),
    path("projects/<int:pk>/plan/groups/", plan.plan_groups, name="plan_groups"),
    path("projects/<int:pk>/plan/count/", plan.plan_count, name="plan_count"),
    path("projects/<int:pk>/prequery/", plan.prequery, name="prequery"),
    path("projects/<int:pk>/start/", running.start, name="start"),
    path("draws/", draws.draw_list, name="list"),
    path("draws/<int:pk>/", draws.detail, name="detail"),
    path("draws/<int:pk>/room/", draws.room, name="room"),
    path("draws/<int:pk>/names/", draws.names, name="names"),
    path("draws/<int:pk>/qr.svg", draws.qr, name="qr"),
    path("draws/<int:pk>/sheet.pdf", sheets.sheet, {"kind": "pdf"}, name="sheet_pdf"),
    path("draws/<int:pk>/sheet.xlsx", sheets.sheet, {"kind": "xlsx"}, name="sheet_xlsx"),
    path("draws/<int:pk>/contribute/<slug:role>/", running.give_value, name="contribute"),
    path("draws/<int:pk>/abandon/", running.abandon, name="abandon"),
    path("draws/<int:pk>/supplement/", running.supplement, name="supplement"),
    path("draws/<int:pk>/void/", voiding.ask, name="void"),
    path("draws/<int:pk>/void/<int:request_pk>/agree/", voiding.agree, name="void_agree"),
    path(
        "draws/<int:pk>/void/<int:request_pk>/turn-down/", voiding.turn_down, name="void_turn_down"
    ),
    path("draws/templates/", templates.templates, name="templates"),
    path("draws/templates/new/", templates.keep, name="template_keep"),
    path("draws/templates/<int:pk>/delete/", templates.delete, name="template_delete"),
    path("draws/<int:pk>/lines/<int:line>/", running.answer, name="answer"),
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
    path("verify/<str:number>/", verification.draw_page, name="verify_draw"),
    path("verify/<str:number>/record.json", verification.record, name="verify_record"),
]
