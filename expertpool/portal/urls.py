from __future__ import annotations

from django.urls import path

from expertpool.portal.views import account, home

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("account/", account.account, name="account"),
    path("account/phone/", account.phone_link, name="phone_link"),
    path("account/phone/<str:token>/", account.phone_confirm, name="phone_confirm"),
]
