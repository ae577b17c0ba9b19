from __future__ import annotations

from django.urls import path

from expertpool.secondfactor.views import listing, own, step

app_name = "secondfactor"
urlpatterns = [
    path("login/second/", step.step, name="step"),
    path("login/second/options/", step.step_options, name="step_options"),
    path("login/second/passkey/", step.step_passkey, name="step_passkey"),
    path("login/second/set-up/", step.set_up, name="set_up"),
    path("login/second/cancel/", step.cancel, name="cancel"),
    path("account/second/", own.own, name="own"),
    path("account/second/codes/", own.codes, name="codes"),
    path("account/second/passkeys/options/", own.passkey_options, name="passkey_options"),
    path("account/second/passkeys/", own.passkey_add, name="passkey_add"),
    path("account/second/passkeys/<int:pk>/remove/", own.passkey_remove, name="passkey_remove"),
    path("second-steps/", listing.index, name="list"),
]
