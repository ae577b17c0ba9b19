from __future__ import annotations

from django.urls import path

from expertpool.draws.views import expert_area, own_leave, reply

app_name = "draws"
urlpatterns = [
    path("r/<str:token>/", reply.reply, name="reply"),
    path("r/<str:token>/leave/", reply.leave, name="reply_leave"),
    path("r/<str:token>/calendar/", reply.calendar, name="reply_calendar"),
    path("my/reviews/", expert_area.reviews, name="my_reviews"),
    path("my/reviews/<int:pk>/", expert_area.review, name="my_review"),
    path("my/reviews/<int:pk>/answer/", expert_area.answer, name="my_review_answer"),
    path("my/reviews/<int:pk>/leave/", expert_area.leave, name="my_review_leave"),
    path("my/reviews/<int:pk>/calendar/", expert_area.calendar, name="my_review_calendar"),
    path("my/leaves/", own_leave.leaves, name="my_leaves"),
    path("my/leaves/new/", own_leave.add, name="my_leave_add"),
    path("my/leaves/<int:pk>/cancel/", own_leave.cancel, name="my_leave_cancel"),
]
