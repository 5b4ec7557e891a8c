from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone

DAYS = 90


def end_tokens_without_an_end(apps, schema_editor):
    """Tokens made before this version worked for ever. They work for 90 days from now; their owners can renew them."""
    tokens = apps.get_model("hubbub", "Token").objects.using(schema_editor.connection.alias)
    tokens.filter(expires_at=None).update(expires_at=timezone.now() + timedelta(days=DAYS))


class Migration(migrations.Migration):
    dependencies = [
        ("hubbub", "0003_names_and_quotas"),
    ]

    operations = [
        migrations.AddField(
            model_name="token",
            name="last_used_at",
            field=models.DateTimeField(editable=False, help_text="right to some minutes", null=True),
        ),
        migrations.RunPython(end_tokens_without_an_end, migrations.RunPython.noop),
    ]
