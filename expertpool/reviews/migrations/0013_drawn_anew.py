from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0074_answers_by_wechat"),
        ("experts", "0045_erased"),
        ("reviews", "0012_stopped_by_two"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="itemassignment",
            name="reviews_drawn_once_sealed",
        ),
        migrations.RemoveConstraint(
            model_name="reviewer",
            name="reviews_expert_once",
        ),
        migrations.AddConstraint(
            model_name="itemassignment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("drawn_at__isnull", True), ("sealed_at__isnull", False), _connector="OR"
                ),
                name="reviews_drawn_once_sealed",
            ),
        ),
        migrations.AddConstraint(
            model_name="reviewer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("left_at__isnull", True)),
                fields=("review", "expert"),
                name="reviews_expert_once",
            ),
        ),
    ]
