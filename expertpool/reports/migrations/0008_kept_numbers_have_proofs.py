"""Monthly reports and lists of candidates prove that this system wrote them (docs/decisions/0360)."""

from django.db import migrations
from django.db.migrations import RunPython

import expertpool.core.fields
from expertpool.core.finality import grows
from expertpool.core.mandates import vouch


def list_anew(apps, schema_editor):
    # What they say is worked out by the model, which migrations do not have; the hourly job lists them anew.
    apps.get_model("reports", "CandidateList").objects.all().delete()
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0017_ends_stay"),
        ("reports", "0007_searches_are_kept_by_core"),
    ]

    operations = [
        migrations.AddField(
            model_name="departmentmonth",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, editable=False, null=True, verbose_name="凭证"
            ),
        ),
        migrations.AddField(
            model_name="candidatelist",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, editable=False, null=True, verbose_name="凭证"
            ),
        ),
        vouch(
            *("reports", "departmentmonth"),
            *("department_id", "month", "figures", "counted_at"),
        ),
        RunPython(list_anew, RunPython.noop, elidable=True),
        grows("reports_departmentmonth", "counted_at"),
    ]
