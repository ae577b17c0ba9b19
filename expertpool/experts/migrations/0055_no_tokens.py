from django.db import migrations

# On the way back: what the versions before found specialties by.
HELD = """
UPDATE experts_expert SET search_tokens = held.tokens
FROM (
    SELECT expert_id, array_agg('#' || specialty_id ORDER BY specialty_id)::varchar(8)[] AS tokens
    FROM experts_expertspecialty GROUP BY expert_id
) AS held
WHERE held.expert_id = experts_expert.id
"""


class Migration(migrations.Migration):
    """Who holds a specialty is read off the rows that say so: nobody asks by tokens (docs/decisions/0587)."""

    dependencies = [("experts", "0054_who_entered_an_expert_stays")]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, HELD),
        migrations.RemoveIndex("expert", "experts_search"),
        migrations.RemoveField("expert", "search_tokens"),
    ]
