from __future__ import annotations

from django.urls import path

from expertpool.draws.views import reply

app_name = "draws"
urlpatterns = [
    path("r/<str:token>/", reply.reply, name="reply"),
    path("r/<str:token>/leave/", reply.leave, name="reply_leave"),
    path("r/<str:token>/calendar/", reply.calendar, name="reply_calendar"),
]
