from __future__ import annotations

from django.urls import path

from expertpool.joining.views import mine, public, recommendations, review, setup

app_name = "joining"
urlpatterns = [
    path("join/", public.start, name="start"),
    path("join/consent/", public.consent, name="consent"),
    path("join/register/", public.begin, name="register"),
    path("join/register/<str:token>/", public.code, name="code"),
    path("join/by/<str:token>/", public.by_link, name="by_link"),
    path("join/mine/", mine.mine, name="mine"),
    path("join/mine/photo/", mine.photo, name="photo"),
    path("join/mine/files/", mine.files, name="files"),
    path("join/mine/files/<int:pk>/remove/", mine.file_remove, name="file_remove"),
    path("join/mine/withdraw/", mine.take_back, name="withdraw"),
    path("join/mine/again/", mine.again, name="again"),
    path("join/mine/rows/<str:of>/", mine.rows, name="rows"),
    path("join/mine/<str:step>/", mine.step, name="step"),
    path("join/mine/<str:step>/draft/", mine.draft, name="draft"),
    path("my/recommendations/", recommendations.recommendations, name="recommendations"),
    path("my/recommendations/new/", recommendations.add, name="recommend"),
    path("my/recommendations/<int:pk>/revoke/", recommendations.take_back, name="revoke"),
    path("joining/", review.index, name="list"),
    path("joining/approve/", review.approve_many, name="approve_many"),
    path("joining/<int:pk>/", review.detail, name="detail"),
    path("joining/<int:pk>/photo/", review.applicant_photo, name="applicant_photo"),
    path("joining/<int:pk>/approve/", review.approve, name="approve"),
    path("joining/<int:pk>/reject/", review.reject, name="reject"),
    path("joining/<int:pk>/return/", review.send_back, name="return"),
    path("joining/<int:pk>/reveal/<slug:field>/", review.reveal, name="reveal"),
    path("joining/entrance/", setup.entrance, name="entrance"),
    path("joining/entrance/<slug:channel>/", setup.poster, name="poster"),
    path("joining/consent/", setup.consent_edit, name="consent_edit"),
    path("joining/consent/<slug:purpose>/", setup.consent_edit, name="consent_edit_of"),
    path("joining/links/new/", setup.link_add, name="link_add"),
    path("joining/links/<int:pk>/", setup.link_edit, name="link_edit"),
    path("joining/links/<int:pk>/delete/", setup.link_delete, name="link_delete"),
]
