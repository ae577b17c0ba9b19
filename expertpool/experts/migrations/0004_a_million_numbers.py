from django.db import migrations


class Migration(migrations.Migration):
    """A pool may hold more than 999,999 experts; numbers grow by a digit then."""

    dependencies = [("experts", "0003_who_may_be_nobody")]

    operations = [
        migrations.RunSQL(
            "ALTER SEQUENCE experts_number_seq NO MAXVALUE",
            "ALTER SEQUENCE experts_number_seq MAXVALUE 999999",
        )
    ]
