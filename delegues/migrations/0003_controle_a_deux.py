"""Two members decide: what opinions make, what appeals settle, what is told once; the ramparts of it."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

REMPARTS = """
-- Nobody decides alone: two members of the commission say the same of the minutes in force.
CREATE FUNCTION delegues_decider_a_deux() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    voulu text := CASE NEW.etat WHEN 'validee' THEN 'valider' WHEN 'rejetee' THEN 'rejeter' ELSE 'completer' END;
BEGIN
    IF (SELECT count(DISTINCT a.compte_id) FROM delegues_avis a
        JOIN delegues_procesverbal p ON p.id = a.proces_verbal_id
        WHERE p.designation_id = NEW.id AND p.etat = 'verrouille' AND a.sens = voulu AND NOT a.perime) < 2
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Deux membres de la commission décident, jamais un·e seul·e.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'decision_a_deux';
    END IF;
    RETURN NEW;
END $$;

-- An opinion is never rewritten: it lapses, or it makes a decision; who steps aside gives none.
CREATE FUNCTION delegues_avis_fige() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    libres text[] := ARRAY['perime', 'decision_id'];
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF EXISTS (
            SELECT 1 FROM delegues_procesverbal p
            JOIN delegues_designation d ON d.id = p.designation_id
            JOIN territoire_section s ON s.id = d.section_id
            WHERE p.id = NEW.proces_verbal_id AND (
                EXISTS (SELECT 1 FROM delegues_deport x
                    WHERE x.compte_id = NEW.compte_id AND x.federation_id = s.federation_id)
                OR EXISTS (SELECT 1 FROM membres_compte c
                    JOIN membres_adherent m ON m.id = c.adherent_id
                    JOIN territoire_section t ON t.id = m.section_id
                    WHERE c.id = NEW.compte_id AND t.federation_id = s.federation_id)))
        THEN
            RAISE EXCEPTION USING MESSAGE = 'On ne donne pas d''avis sur sa propre fédération.',
                ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'avis_deporte';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'DELETE' OR (OLD.perime AND NOT NEW.perime)
        OR (OLD.decision_id IS NOT NULL AND NEW.decision_id IS DISTINCT FROM OLD.decision_id)
        OR (to_jsonb(OLD) - libres) <> (to_jsonb(NEW) - libres)
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Un avis donné ne se réécrit pas.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'avis_fige';
    END IF;
    RETURN NEW;
END $$;
"""
DECLENCHEURS = (
    "CREATE TRIGGER designation_decidee_a_deux BEFORE UPDATE OF etat ON delegues_designation FOR EACH ROW "
    "WHEN (OLD.etat <> NEW.etat AND NEW.etat IN ('validee', 'rejetee', 'incomplete')) "
    "EXECUTE FUNCTION delegues_decider_a_deux();",
    "CREATE TRIGGER avis_fige BEFORE INSERT OR UPDATE OR DELETE ON delegues_avis "
    "FOR EACH ROW EXECUTE FUNCTION delegues_avis_fige();",
)


class Migration(migrations.Migration):
    dependencies = [
        ("delegues", "0002_remparts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Avertissement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("envoye_le", models.DateTimeField(verbose_name="envoyé le")),
            ],
        ),
        migrations.AddField(
            model_name="avis",
            name="decision",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="avis",
                to="delegues.echange",
            ),
        ),
        migrations.AddField(
            model_name="avis",
            name="recours",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="opinions",
                to="delegues.echange",
            ),
        ),
        migrations.AddField(
            model_name="designation",
            name="anomalies_le",
            field=models.DateTimeField(editable=False, null=True, verbose_name="anomalies calculées le"),
        ),
        migrations.AddField(
            model_name="echange",
            name="sens",
            field=models.CharField(
                blank=True,
                choices=[
                    ("valider", "Valider"),
                    ("completer", "Demander un complément"),
                    ("rejeter", "Rejeter"),
                ],
                max_length=9,
                verbose_name="sens",
            ),
        ),
        migrations.AddConstraint(
            model_name="echange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("genre__in", ("decision", "arbitrage")), ("sens__in", ("valider", "rejeter"))),
                    models.Q(("genre", "demande"), ("sens", "completer")),
                    models.Q(
                        models.Q(("genre__in", ("decision", "arbitrage", "demande")), _negated=True),
                        ("sens", ""),
                    ),
                    _connector="OR",
                ),
                name="echange_sens_de_la_decision",
                violation_error_message="Une décision dit son sens, et elle seule.",
            ),
        ),
        migrations.AddField(
            model_name="avertissement",
            name="compte",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="avertissement",
            name="echange",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="avertissements",
                to="delegues.echange",
            ),
        ),
        migrations.AddConstraint(
            model_name="avertissement",
            constraint=models.UniqueConstraint(fields=("echange", "compte"), name="avertissement_unique"),
        ),
        migrations.RunSQL(REMPARTS, migrations.RunSQL.noop),
        *(migrations.RunSQL(d, migrations.RunSQL.noop) for d in DECLENCHEURS),
    ]
