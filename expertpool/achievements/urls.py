from django.urls import path

from expertpool.achievements.views import office, own

app_name = "achievements"
urlpatterns = [
    path("achievements/", office.platform, name="platform"),
    path("achievements/manage/", office.index, name="list"),
    path("achievements/public/", office.public, name="public"),
    path("achievements/<int:pk>/", office.detail, name="detail"),
    path("achievements/<int:pk>/decide/", office.decide, name="decide"),
    path("achievements/<int:pk>/delete/", office.delete, name="delete"),
    path("achievements/experts/<int:pk>/<slug:kind>/", office.add, name="add"),
    path("my/achievements/", own.achievements, name="own"),
    path("my/achievements/new/<slug:kind>/", own.add, name="own_add"),
    path("my/achievements/<int:pk>/edit/", own.edit, name="own_edit"),
    path("my/achievements/<int:pk>/hand-in/", own.submit, name="hand_in"),
    path("my/achievements/<int:pk>/withdraw/", own.withdraw, name="withdraw"),
]
