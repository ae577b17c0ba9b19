import expertpool.core.fields
from django.db import migrations
from expertpool.core.finality import kept, stays
from expertpool.core.mandates import vouch


def proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
    )


class Migration(migrations.Migration):
    """A notice says who sent what to whom (docs/decisions/0235)."""

    dependencies = [("notices", "0001_initial"), ("core", "0019_bulk_runs_have_proofs")]

    operations = [
        migrations.AddField("expertnotice", "proof", proof()),
        migrations.AddField("addressee", "proof", proof()),
        vouch(
            "notices",
            "expertnotice",
            *(
                "uid.hex",
                "title",
                "text",
                "channels",
                "needs_receipt",
                "sent_at",
                "sent_by.username",
            ),
            *("withdrawn_at", "withdrawn_by.username", "withdrawal_reason"),
            together="sent_by withdrawn_by",
        ),
        vouch("notices", "addressee", "notice.uid.hex", "expert.number", together="notice expert"),
        stays("notices_expertnotice", "uid", "sent_at", "withdrawn_at"),
        kept("notices_expertnotice", "sent_at"),
    ]
