"""Reports on exposure go to the reports app, which takes their tables as they are."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0017_papers"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="ExposureRow"),
                migrations.DeleteModel(name="ExposureReport"),
            ],
        ),
    ]
