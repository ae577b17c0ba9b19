"""Saved searches of every page are of one model (docs/decisions/0352); what was saved comes along."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0024_savedsearch"),
        ("experts", "0041_what_is_told_later_at_hand"),
    ]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO core_savedsearch (page, name, query, shared, owner_id, created_at)
            SELECT 'experts', name, query, shared, owner_id, created_at FROM experts_savedsearch ORDER BY id
            """,
            """
            INSERT INTO experts_savedsearch (name, query, shared, owner_id, created_at)
            SELECT name, query, shared, owner_id, created_at FROM core_savedsearch
             WHERE page = 'experts' AND query <> '' ORDER BY id;
            DELETE FROM core_savedsearch WHERE page = 'experts';
            """,
        ),
        migrations.DeleteModel("SavedSearch"),
    ]
