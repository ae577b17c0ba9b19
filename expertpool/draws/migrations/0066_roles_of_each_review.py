from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draws", "0065_open_counts")]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="role_changes",
            field=models.JSONField(default=list, editable=False, verbose_name="以前的角色"),
        ),
    ]
