from django.urls import path

from expertpool.privacy.views import erasures, own, reads, requests

app_name = "privacy"
urlpatterns = [
    path("my/privacy/", own.own, name="own"),
    path("my/privacy/consents/<slug:purpose>/", own.consent, name="consent"),
    path("my/privacy/ask/", own.ask, name="ask"),
    path("privacy/requests/", requests.index, name="requests"),
    path("privacy/requests/<int:pk>/answer/", requests.answer, name="answer"),
    path("privacy/erasures/", erasures.index, name="erasures"),
    path("privacy/erasures/<int:pk>/", erasures.detail, name="erasure"),
    path("privacy/reads/", reads.index, name="reads"),
]
