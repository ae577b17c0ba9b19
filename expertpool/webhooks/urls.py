from __future__ import annotations

from django.urls import path

from expertpool.webhooks.views import deliveries, subscriptions

app_name = "webhooks"
urlpatterns = [
    path("", subscriptions.subscription_list, name="list"),
    path("new/", subscriptions.create, name="create"),
    path("<int:pk>/", subscriptions.edit, name="edit"),
    path("<int:pk>/test/", subscriptions.test, name="test"),
    path("deliveries/", deliveries.delivery_list, name="deliveries"),
    path("deliveries/<int:pk>/", deliveries.detail, name="delivery"),
    path("deliveries/<int:pk>/resend/", deliveries.resend_delivery, name="resend"),
]
