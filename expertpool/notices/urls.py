from django.urls import path

from expertpool.notices.views import acts, link, office, own

app_name = "notices"
urlpatterns = [
    path("notices/", office.index, name="list"),
    path("notices/new/", office.add, name="notice_add"),
    path("notices/choose/", office.choose, name="choose"),
    path("notices/<int:pk>/", office.detail, name="detail"),
    path("notices/<int:pk>/edit/", office.edit, name="edit"),
    path("notices/<int:pk>/progress/", office.progress, name="progress"),
    path("notices/<int:pk>/preview/", acts.preview, name="preview"),
    path("notices/<int:pk>/send/", acts.send, name="send"),
    path("notices/<int:pk>/remind/", acts.remind_all, name="remind"),
    path("notices/<int:pk>/withdraw/", acts.take_back, name="withdraw"),
    path("notices/<int:pk>/delete/", acts.delete, name="delete"),
    path("notices/<int:pk>/drop/", acts.drop, name="drop"),
    path("notices/link/<str:token>/", link.page, name="link"),
    path("notices/link/<str:token>/files/<int:pk>/", link.file, name="link_file"),
    path("my/notices/", own.notices, name="own"),
    path("my/notices/<int:pk>/", own.detail, name="own_detail"),
    path("my/notices/<int:pk>/confirm/", own.confirm, name="confirm"),
]
