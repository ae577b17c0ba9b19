import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0009_discarded_imports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportMemory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("importer", models.CharField(max_length=64, verbose_name="导入项")),
                ("column", models.CharField(blank=True, max_length=64, verbose_name="列")),
                ("said", models.CharField(max_length=100, verbose_name="写法")),
                ("meant", models.CharField(blank=True, max_length=200, verbose_name="含义")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="谁的",
                    ),
                ),
            ],
            options={
                "verbose_name": "导入的记忆",
                "verbose_name_plural": "导入的记忆",
                "ordering": ["column", "said"],
            },
        ),
        migrations.DeleteModel(
            name="HeaderMemory",
        ),
        migrations.AddConstraint(
            model_name="importmemory",
            constraint=models.UniqueConstraint(
                fields=("user", "importer", "column", "said"), name="core_import_memory_once"
            ),
        ),
    ]
