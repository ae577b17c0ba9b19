"""Saved searches of every page are of one model (docs/decisions/0352); what was saved comes along."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0024_savedsearch"),
        ("reports", "0006_saved_statistics"),
    ]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO core_savedsearch (page, name, query, shared, owner_id, created_at)
            SELECT page, name, query, shared, owner_id, created_at FROM reports_savedstatistic ORDER BY id
            """,
            # Statistics of one owner had different names.
            """
            INSERT INTO reports_savedstatistic (page, name, query, shared, owner_id, created_at)
            SELECT DISTINCT ON (owner_id, name) page, name, query, shared, owner_id, created_at
              FROM core_savedsearch WHERE page IN ('statistics', 'comparison', 'months')
             ORDER BY owner_id, name, id;
            DELETE FROM core_savedsearch WHERE page IN ('statistics', 'comparison', 'months');
            """,
        ),
        migrations.DeleteModel("SavedStatistic"),
    ]
