from __future__ import annotations

from django.urls import path

from expertpool.workflow.views import approvals, flows, notices, requests

app_name = "workflow"
urlpatterns = [
    path("", flows.flow_list, name="flow_list"),
    path("requests/", requests.request_list, name="request_list"),
    path("requests/<str:matter>/<int:pk>/", requests.look, name="request_look"),
    path("requests/<str:matter>/<int:pk>/ask/", requests.ask, name="request_ask"),
    path("requests/<str:matter>/<int:pk>/agree/", requests.agree, name="request_agree"),
    path("requests/<str:matter>/<int:pk>/turn-down/", requests.turn_down, name="request_turn_down"),
    path("requests/<str:matter>/<int:pk>/on-the-spot/", requests.confirm, name="request_confirm"),
    path("requests/<str:matter>/<int:pk>/code/", requests.confirm_by_code, name="request_code"),
    path("requests/<str:matter>/<int:pk>/withdraw/", requests.withdraw, name="request_withdraw"),
    path("approvals/", approvals.approval_list, name="approval_list"),
    path("approvals/hand-over/", approvals.hand_over, name="hand_over"),
    path("approvals/hand-over/<int:pk>/end/", approvals.take_back, name="take_back"),
    path("approvals/<str:subject>/<int:pk>/return/", approvals.send_back, name="send_back"),
    path("public/", notices.notice_list, name="notice_list"),
    path("public/<uuid:public_id>/", notices.notice, name="notice"),
    path("<str:subject>/", flows.flow, name="flow"),
    path("<str:subject>/steps/", flows.steps, name="steps"),
]
