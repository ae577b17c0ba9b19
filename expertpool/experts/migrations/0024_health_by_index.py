from django.db import migrations, models


class Migration(migrations.Migration):
    """What is counted of the whole pool is read off indexes (docs/decisions/0131)."""

    dependencies = [("experts", "0023_told_apart")]

    operations = [
        migrations.RemoveIndex(model_name="expert", name="experts_by_employer"),
        migrations.AddIndex(
            model_name="expert",
            index=models.Index(
                fields=["employer", "name"],
                include=("id", "status", "merged_into"),
                name="experts_by_employer",
            ),
        ),
        migrations.AddIndex(
            model_name="expert",
            index=models.Index(
                fields=["birth_date", "name"],
                include=("id", "status", "merged_into"),
                name="experts_by_birth",
            ),
        ),
        migrations.AddIndex(
            model_name="expert",
            index=models.Index(
                condition=models.Q(("email_index__isnull", True), ("status", "formal")),
                fields=["id"],
                name="experts_no_email",
            ),
        ),
    ]
