"""What was said of experts, and what came of it, stays and is as this system wrote it (docs/decisions/0267)."""

from typing import Any

from django.db import migrations

import expertpool.core.fields
from expertpool.core.fields import ProofField
from expertpool.core.finality import stays
from expertpool.core.mandates import vouch

BEFORE = (
    *("uid.hex", "evaluation.project.number", "target", "expert.number", "rater.username"),
    *("form.version", "scores", "total_text", "participation", "given_at", "withdrawn_at"),
)


def prove_the_line(apps: Any, schema_editor: Any) -> None:
    """Ratings that have proven what they say prove of which line of which draw as well."""
    old = ProofField(says=BEFORE)
    new = ProofField(says=(*BEFORE, "invitation.draw.number", "invitation.line"))
    table = apps.get_model("evaluations", "Rating")
    beside = ("evaluation__project", "expert", "rater", "form", "invitation__draw")
    made = []
    for row in table.objects.order_by().select_related(*beside).iterator(2000):
        row.total_text = f"{row.total:.2f}"
        if bytes(row.proof or b"") == old.made_of(row):
            made.append((new.made_of(row), row.pk))
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("UPDATE evaluations_rating SET proof = %s WHERE id = %s", made)
        # What was just written would keep the table from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def proof(label: str) -> expertpool.core.fields.BlindIndexField:
    return expertpool.core.fields.BlindIndexField(blank=True, null=True, verbose_name=label)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0004_cautions_are_taken_back"), ("core", "0017_ends_stay")]

    operations = [
        migrations.AddField("ratingobjection", "proof", proof("答复凭证")),
        migrations.AddField("sanction", "decided_proof", proof("决定凭证")),
        migrations.AddField("cautionlift", "decided_proof", proof("决定凭证")),
        migrations.RunPython(prove_the_line, migrations.RunPython.noop, elidable=True),
        vouch(
            "evaluations",
            "ratingobjection",
            *("uid.hex", "rating.uid.hex", "upheld", "answer"),
            *("answered_by.username", "answered_at"),
            together="rating answered_by",
        ),
        vouch(
            "evaluations",
            "sanction",
            *("expert.number", "kind", "reason", "requested_by.username", "requested_at"),
            *("agreed", "decided_by.username", "decided_at"),
            together="expert requested_by decided_by",
            column="decided_proof",
        ),
        vouch(
            "evaluations",
            "cautionlift",
            *("caution.expert.number", "caution.requested_at", "reason"),
            *("requested_by.username", "requested_at"),
            *("agreed", "decided_by.username", "decided_at"),
            together="caution__expert requested_by decided_by",
            column="decided_proof",
        ),
        stays(
            "evaluations_rating",
            *("target", "evaluation_id", "form_id", "rater_id", "expert_id", "invitation_id"),
        ),
        stays("evaluations_ratingobjection", "rating_id", "upheld", "answer", "answered_by_id"),
        stays("evaluations_cautionlift", "agreed", "decided_by_id", "caution_id", "reason"),
        stays(
            "evaluations_sanction",
            *("agreed", "decided_by_id", "expert_id", "kind", "reason"),
        ),
    ]
