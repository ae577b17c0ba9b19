"""Specialties are found by the index of names, too: a token each (decision 60)."""

from django.db import migrations

ADD = """
UPDATE experts_expert SET search_tokens = search_tokens || held.tokens
FROM (
    SELECT expert_id, array_agg('#' || specialty_id ORDER BY specialty_id)::varchar(8)[] AS tokens
    FROM experts_expertspecialty GROUP BY expert_id
) AS held
WHERE held.expert_id = experts_expert.id
"""
TAKE = """
UPDATE experts_expert SET search_tokens = ARRAY(
    SELECT token FROM unnest(search_tokens) WITH ORDINALITY AS one(token, at)
    WHERE token NOT LIKE '#%' ORDER BY at
)
"""


class Migration(migrations.Migration):
    dependencies = [("experts", "0011_bounds")]

    operations = [migrations.RunSQL(ADD, TAKE)]
