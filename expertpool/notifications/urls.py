from __future__ import annotations

from django.urls import path

from expertpool.notifications.views import channels, inbox, outbox, records, templates, wechat

app_name = "notifications"
urlpatterns = [
    path("messages/", inbox.inbox, name="inbox"),
    path("messages/<uuid:uid>/", inbox.message, name="message"),
    path("messages/read/", inbox.read_all, name="read_all"),
    path("messages/records/", records.records, name="records"),
    path("messages/records/<uuid:uid>/", records.record, name="record"),
    path("messages/records/<uuid:uid>/resend/", records.resend_record, name="resend"),
    path("messages/templates/", templates.templates, name="templates"),
    path("messages/templates/<str:occasion>/<str:channel>/", templates.edit, name="template"),
    path(
        "messages/templates/<str:occasion>/<str:channel>/reset/",
        templates.reset,
        name="template_reset",
    ),
    path(
        "messages/templates/<str:occasion>/<str:channel>/restore/<int:entry>/",
        templates.restore,
        name="template_restore",
    ),
    path("messages/channels/", channels.channels, name="channels"),
    path("messages/callbacks/<str:provider>/<str:token>/", channels.callback, name="callback"),
    path("my/wechat/", wechat.own, name="wechat"),
    path("my/wechat/start/", wechat.start, name="wechat_start"),
    path("my/wechat/back/", wechat.back, name="wechat_back"),
    path("my/wechat/end/", wechat.end, name="wechat_end"),
    path("dev/outbox/", outbox.outbox, name="outbox"),
]
