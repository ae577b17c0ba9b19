"""Rights that earlier versions renamed by a statement: where they had a proof by then, it was of the old code,
and nobody had them any more (docs/decisions/0168)."""

from django.db import migrations

from expertpool.accounts.services.renaming import rename_permission

RENAMED = {
    "draws.ledger": "reports.ledger",
    "draws.exposure": "reports.exposure",
    "draws.templates": "papers.templates",
    "portal.expert": "experts.self",
}


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_bounds"),
        ("draws", "0017_papers"),
        ("experts", "0007_own_area"),
        ("accounts", "0015_one_index_for_a_person"),
    ]

    operations = [
        migrations.RunPython(rename_permission(old, new), migrations.RunPython.noop, elidable=True)
        for old, new in RENAMED.items()
    ]
