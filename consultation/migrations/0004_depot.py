"""Casting in two calls: what is true once the box is locked, then the signature.  Plans are kept by the session."""

from django.db import migrations

FONCTIONS = """
-- Lock a box, then read what decides of a ballot.  Each statement of a volatile function sees what
-- was committed before it: past the lock, state and émargements cannot change until we commit.
CREATE FUNCTION consultation_verrouiller(
    p_urne bigint, p_inscription bigint, p_empreinte bytea,
    OUT hauteur integer, OUT tete text,
    OUT etat text, OUT ouvre_le timestamptz, OUT ferme_le timestamptz, OUT clos_le timestamptz,
    OUT a_emarge boolean, OUT credentiel bigint,
    OUT charges text[], OUT derniere_hauteur integer, OUT derniere_empreinte text
) LANGUAGE plpgsql AS $$
DECLARE
    v_scrutin bigint;
BEGIN
    SELECT u.hauteur, u.tete, u.scrutin_id INTO STRICT hauteur, tete, v_scrutin
    FROM consultation_urne u WHERE u.id = p_urne FOR NO KEY UPDATE;
    SELECT s.etat, s.ouvre_le, s.ferme_le, s.clos_le INTO STRICT etat, ouvre_le, ferme_le, clos_le
    FROM consultation_scrutin s WHERE s.id = v_scrutin;
    a_emarge := EXISTS (SELECT 1 FROM consultation_emargement e WHERE e.inscription_id = p_inscription);
    SELECT c.id INTO credentiel
    FROM consultation_credentiel c WHERE c.urne_id = p_urne AND c.empreinte = p_empreinte;
    SELECT array_agg(e.charge ORDER BY e.hauteur DESC), max(e.hauteur), (array_agg(e.empreinte ORDER BY e.hauteur DESC))[1]
    INTO charges, derniere_hauteur, derniere_empreinte
    FROM consultation_evenement e WHERE e.credentiel_id = credentiel;
END $$;

-- Sign the roll: consultation/actes/emargement.py says why a window of lines is rewritten with the new one.
CREATE FUNCTION consultation_emarger(
    p_urne bigint, p_inscription bigint, p_id uuid, p_avant integer, p_apres integer
) RETURNS void LANGUAGE sql AS $$
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
) l ORDER BY random()
$$;
"""

RETRAIT = """
DROP FUNCTION consultation_emarger(bigint, bigint, uuid, integer, integer);
DROP FUNCTION consultation_verrouiller(bigint, bigint, bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("consultation", "0003_releves_et_controles")]

    operations = [migrations.RunSQL(FONCTIONS, RETRAIT)]
