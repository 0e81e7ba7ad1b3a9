"""Casting, lighter: plans that are kept, lines found by their keys, and no lock on the vote or its places."""

import django.db.models.deletion
from django.db import migrations, models

FONCTIONS = """
-- As before, in a language whose plans are kept by the session.
CREATE OR REPLACE FUNCTION consultation_emarger(
    p_urne bigint, p_inscription bigint, p_id uuid, p_avant integer, p_apres integer
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    WITH avant AS (
        SELECT id FROM (
            (SELECT 0 AS tour, id FROM consultation_emargement WHERE urne_id = p_urne AND id < p_id
             ORDER BY id DESC LIMIT p_avant)
            UNION ALL
            (SELECT 1, id FROM consultation_emargement WHERE urne_id = p_urne AND id > p_id
             ORDER BY id DESC LIMIT p_avant)
        ) a ORDER BY tour, id DESC LIMIT p_avant
    ), apres AS (
        SELECT id FROM (
            (SELECT 0 AS tour, id FROM consultation_emargement WHERE urne_id = p_urne AND id > p_id
             ORDER BY id LIMIT p_apres)
            UNION ALL
            (SELECT 1, id FROM consultation_emargement WHERE urne_id = p_urne AND id < p_id
             ORDER BY id LIMIT p_apres)
        ) a ORDER BY tour, id LIMIT p_apres
    ), retires AS (
        DELETE FROM consultation_emargement
        WHERE id IN (SELECT id FROM avant UNION SELECT id FROM apres)
        RETURNING id, urne_id, inscription_id
    )
    INSERT INTO consultation_emargement (id, urne_id, inscription_id)
    SELECT id, urne_id, inscription_id FROM (
        SELECT id, urne_id, inscription_id FROM retires
        UNION ALL SELECT p_id, p_urne, p_inscription
    ) l ORDER BY random();
END $$;

-- As before, each line looked for by its key: a join would read the whole roll at each ballot.
CREATE OR REPLACE FUNCTION consultation_emargement_ajout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM nouvelles n WHERE n.urne_id IS DISTINCT FROM (
            SELECT r.urne_id FROM consultation_inscription i
            JOIN consultation_rattachement r
                ON r.scrutin_id = i.scrutin_id AND r.section_id = i.section_id AND r.college = i.college
            JOIN consultation_scrutin s ON s.id = i.scrutin_id AND s.etat = 'ouvert'
            WHERE i.id = n.inscription_id AND i.motifs = 0))
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Émargement hors de la liste, de l''urne ou de l''ouverture du scrutin.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END IF;
    UPDATE consultation_urne u SET emarges = u.emarges + n.nombre
    FROM (SELECT urne_id, count(*) AS nombre FROM nouvelles GROUP BY urne_id) n WHERE n.urne_id = u.id;
    RETURN NULL;
END $$;
"""

# Plans are made when the first ballots come, for tables still empty, and kept: without this, sessions
# would go on reading whole tables while they fill.
PAR_LES_CLES = """
DO $$
DECLARE
    fonction regprocedure;
BEGIN
    FOREACH fonction IN ARRAY ARRAY[
        'consultation_verrouiller(bigint, bigint, bytea)',
        'consultation_emarger(bigint, bigint, uuid, integer, integer)',
        'consultation_emargement_ajout()', 'consultation_emargement_retrait()', 'consultation_evenement_ajout()']
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET enable_seqscan = off', fonction);
        EXECUTE format('ALTER FUNCTION %s SET enable_hashjoin = off', fonction);
        EXECUTE format('ALTER FUNCTION %s SET enable_mergejoin = off', fonction);
        EXECUTE format('ALTER FUNCTION %s SET plan_cache_mode = force_generic_plan', fonction);
    END LOOP;
END $$;
"""

# Ballots are digits that compress badly: spare the effort.
BULLETINS = "ALTER TABLE consultation_evenement ALTER COLUMN donnees SET STORAGE {};"


def _lieu(vers: str, **options: object) -> models.ForeignKey:
    # A foreign key is checked again when a line is updated twice in a transaction, as a box is by a
    # cast: it would lock the vote against its closing, and stamp the place of the last ballot.
    return models.ForeignKey(
        to=vers, on_delete=django.db.models.deletion.PROTECT, db_constraint=False, **options
    )


class Migration(migrations.Migration):
    dependencies = [("consultation", "0005_liste_rapide")]

    operations = [
        migrations.RunSQL(FONCTIONS, migrations.RunSQL.noop),
        migrations.RunSQL(PAR_LES_CLES, migrations.RunSQL.noop),
        migrations.RunSQL(BULLETINS.format("EXTERNAL"), BULLETINS.format("EXTENDED")),
        migrations.AlterField("urne", "scrutin", _lieu("consultation.scrutin", related_name="urnes")),
        migrations.AlterField(
            "urne", "federation", _lieu("territoire.federation", null=True, related_name="+")
        ),
        migrations.AlterField("urne", "section", _lieu("territoire.section", null=True, related_name="+")),
        # What each ballot writes: the composite indexes that begin with these columns are enough.
        migrations.AlterField(
            "emargement",
            "urne",
            models.ForeignKey(
                to="consultation.urne",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="emargements",
                db_constraint=False,
                db_index=False,
            ),
        ),
        migrations.AlterField(
            "evenement",
            "urne",
            models.ForeignKey(
                to="consultation.urne",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="evenements",
                db_index=False,
            ),
        ),
        migrations.AlterField(
            "evenement",
            "credentiel",
            models.ForeignKey(
                to="consultation.credentiel",
                on_delete=django.db.models.deletion.PROTECT,
                null=True,
                related_name="bulletins",
                db_index=False,
            ),
        ),
    ]
