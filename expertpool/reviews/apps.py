from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "expertpool.reviews"
    verbose_name = "评审"

    def ready(self) -> None:
        from expertpool.core.permissions import register_permissions
        from expertpool.reviews.permissions import PERMISSIONS

        register_permissions(PERMISSIONS)
