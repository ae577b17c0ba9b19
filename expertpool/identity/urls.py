from __future__ import annotations

from django.urls import path

from expertpool.identity.views import entering, listing

app_name = "identity"
urlpatterns = [
    path("login/identity/", entering.start, name="start"),
    path("login/identity/back/", entering.back, name="back"),
    path("identities/", listing.index, name="list"),
    path("identities/groups/", listing.map_create, name="map"),
    path("identities/groups/<int:pk>/remove/", listing.unmap, name="unmap"),
    path("identities/<int:pk>/unbind/", listing.take_apart, name="unbind"),
]
