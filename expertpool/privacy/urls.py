from django.urls import path

from expertpool.privacy.views import own, reads

app_name = "privacy"
urlpatterns = [
    path("my/privacy/", own.own, name="own"),
    path("privacy/reads/", reads.index, name="reads"),
]
