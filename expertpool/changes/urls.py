from django.urls import path

from expertpool.changes.views import history, own, requests

app_name = "changes"
urlpatterns = [
    path("my/file/", own.file, name="file"),
    path("my/file/photo/", own.photo, name="photo"),
    path("my/file/download/", own.own_data, name="own_data"),
    path("my/file/edit/<slug:section>/", own.edit, name="edit"),
    path("my/file/requests/<int:pk>/withdraw/", own.withdraw, name="withdraw"),
    path("my/file/careers/new/", history.career, name="career_add"),
    path("my/file/careers/<int:pk>/", history.career, name="career"),
    path("my/file/careers/<int:pk>/remove/", history.career_remove, name="career_remove"),
    path("my/file/works/new/", history.work, name="work_add"),
    path("my/file/works/<int:pk>/", history.work, name="work"),
    path("my/file/works/<int:pk>/remove/", history.work_remove, name="work_remove"),
    path("changes/", requests.index, name="list"),
    path("changes/approve/", requests.approve_many, name="approve_many"),
    path("changes/<int:pk>/", requests.detail, name="detail"),
    path("changes/<int:pk>/withdraw/", requests.take_back, name="take_back"),
    path("changes/<int:pk>/decide/", requests.decide, name="decide"),
]
