from __future__ import annotations

from django.urls import path

from expertpool.portal.views import account, home, sessions

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("first-hour/dismiss/", home.first_hour_dismiss, name="first_hour_dismiss"),
    path("account/", account.account, name="account"),
    path("account/phone/", account.phone_link, name="phone_link"),
    path("account/app/", account.app_set_up, name="app_set_up"),
    path("account/app/prove/", account.app_prove, name="app_prove"),
    path("account/app/remove/", account.app_take_away, name="app_take_away"),
    path("account/sessions/<int:pk>/end/", sessions.session_end, name="session_end"),
    path("account/sessions/others/", sessions.sessions_end_others, name="sessions_end_others"),
    path("account/phone/<str:token>/", account.phone_confirm, name="phone_confirm"),
]
