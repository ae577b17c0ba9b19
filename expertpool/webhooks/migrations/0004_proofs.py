from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import proof
from expertpool.core.finality import grows


def vouch(apps, schema_editor):
    """Rows as they stand get their proof, as `ProofField` makes it."""
    subscriptions = apps.get_model("webhooks", "Subscription").objects.order_by()
    told = [
        (proof("webhooks_subscription", [one.uid.hex, 0, one.url, one.events, one.active]), one.pk)
        for one in subscriptions
    ]
    deliveries = apps.get_model("webhooks", "Delivery").objects.select_related("subscription")
    sent = [
        (
            proof(
                "webhooks_delivery", [one.uid.hex, one.subscription.uid.hex, one.event, one.body]
            ),
            one.pk,
        )
        for one in deliveries.order_by().iterator(2000)
    ]
    with schema_editor.connection.cursor() as cursor:
        for table, proofs in (("subscription", told), ("delivery", sent)):
            write = f"UPDATE webhooks_{table} SET proof = %s WHERE id = %s"  # noqa: S608 (from above)
            cursor.executemany(write, proofs)


def _proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", null=False, verbose_name="凭证"
    )


class Migration(migrations.Migration):
    """Where events go, and what is told, has a proof (docs/decisions/0198)."""

    dependencies = [("webhooks", "0003_facts_once"), ("core", "0017_ends_stay")]

    operations = [
        migrations.AddField(
            "subscription",
            "proof_n",
            models.PositiveIntegerField(default=0, editable=False, verbose_name="凭证序号"),
        ),
        migrations.AddField("subscription", "proof", _proof()),
        migrations.AddField("delivery", "proof", _proof()),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep the tables from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        grows("webhooks_subscription", "proof_n"),
    ]
