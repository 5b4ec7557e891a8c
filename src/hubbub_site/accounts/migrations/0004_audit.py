import django.utils.timezone
from django.db import migrations, models

TABLE = "accounts_auditentry"
UNCHANGING = (
    "id",
    "at",
    "what",
    "by_member",
    "by_name",
    "about_member",
    "about_name",
    "address",
    "details",
    "merge_key",
)
KEPT_DAYS = 30  # limits.AUDIT_KEPT_DAYS
REFUSAL = "The audit log is append-only."

# A later migration that changes this table on SQLite rebuilds it and so drops the triggers: it must create them again.
SQLITE = f"""
CREATE TRIGGER {TABLE}_update BEFORE UPDATE ON {TABLE}
WHEN OLD.merge_key IS NULL OR NEW.times <= OLD.times OR {" OR ".join(f"NEW.{c} IS NOT OLD.{c}" for c in UNCHANGING)}
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END;
CREATE TRIGGER {TABLE}_delete BEFORE DELETE ON {TABLE}
WHEN OLD.at > datetime('now', '-{KEPT_DAYS} days')
BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END;
"""
POSTGRESQL = f"""
CREATE FUNCTION {TABLE}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.at > now() - interval '{KEPT_DAYS} days' THEN
            RAISE EXCEPTION '{REFUSAL}';
        END IF;
        RETURN OLD;
    END IF;
    IF OLD.merge_key IS NULL OR NEW.times <= OLD.times
        OR {" OR ".join(f"NEW.{c} IS DISTINCT FROM OLD.{c}" for c in UNCHANGING)} THEN
        RAISE EXCEPTION '{REFUSAL}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER {TABLE}_guard BEFORE UPDATE OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION {TABLE}_guard();
"""


def guard(apps, schema_editor):
    """Refuse changes and early deletions in the database itself, for all programs."""
    connection = schema_editor.connection
    if connection.vendor == "sqlite":
        for statement in SQLITE.split("END;"):
            if statement.strip():
                schema_editor.execute(f"{statement}END;", params=None)
    elif connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)


def unguard(apps, schema_editor):
    # Both databases drop a table's triggers with it. PostgreSQL keeps their function.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP FUNCTION {TABLE}_guard() CASCADE", params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_failure_counter"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="rights",
            field=models.PositiveIntegerField(
                default=0,
                editable=False,
                help_text="counts changes of the role and of access: links made before end",
            ),
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                ("what", models.CharField(max_length=32)),
                ("by_member", models.BigIntegerField(db_index=True, null=True)),
                (
                    "by_name",
                    models.CharField(
                        blank=True, help_text="a handle, “shell”, or nobody known", max_length=64
                    ),
                ),
                ("about_member", models.BigIntegerField(db_index=True, null=True)),
                ("about_name", models.CharField(blank=True, max_length=64)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("details", models.JSONField(default=dict)),
                (
                    "times",
                    models.PositiveIntegerField(
                        default=1, help_text="how often in that hour, for what strangers cause"
                    ),
                ),
                ("merge_key", models.CharField(max_length=120, null=True, unique=True)),
            ],
            options={"verbose_name_plural": "audit entries"},
        ),
        migrations.RunPython(guard, unguard),
    ]
