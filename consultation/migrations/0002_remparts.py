"""The last rampart: what the database refuses whoever asks (see docs/secret.md)."""

from django.db import migrations

FONCTIONS = """
CREATE FUNCTION consultation_refuser() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;

-- The table of transitions of Scrutin.TRANSITIONS, and what an announced vote no longer changes.
CREATE FUNCTION consultation_scrutin_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.etat <> NEW.etat AND (OLD.etat, NEW.etat) NOT IN (
        ('brouillon', 'annonce'), ('annonce', 'ouvert'), ('ouvert', 'clos'), ('clos', 'depouille'),
        ('depouille', 'publie'), ('brouillon', 'annule'), ('annonce', 'annule'), ('ouvert', 'annule'),
        ('clos', 'annule'), ('depouille', 'annule'))
    THEN
        RAISE EXCEPTION USING MESSAGE = format('Un scrutin ne passe pas de « %s » à « %s ».', OLD.etat, NEW.etat),
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'scrutin_transition';
    END IF;
    IF OLD.etat <> 'brouillon' AND (
        OLD.slug, OLD.nom, OLD.presentation, OLD.perimetre, OLD.section_id, OLD.sympathisants, OLD.reference_le,
        OLD.anciennete_mois, OLD.cotisation_au, OLD.maillage, OLD.seuil, OLD.revote, OLD.liste_empreinte,
        OLD.document_fige_id, OLD.annonce_le
    ) IS DISTINCT FROM (
        NEW.slug, NEW.nom, NEW.presentation, NEW.perimetre, NEW.section_id, NEW.sympathisants, NEW.reference_le,
        NEW.anciennete_mois, NEW.cotisation_au, NEW.maillage, NEW.seuil, NEW.revote, NEW.liste_empreinte,
        NEW.document_fige_id, NEW.annonce_le)
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Un scrutin annoncé ne change plus de règles.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'scrutin_fige';
    END IF;
    IF OLD.etat NOT IN ('brouillon', 'annonce') AND (OLD.ouvre_le, OLD.ferme_le) IS DISTINCT FROM (NEW.ouvre_le, NEW.ferme_le)
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Les dates d''un scrutin ouvert ne changent plus.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'scrutin_dates_figees';
    END IF;
    RETURN NEW;
END $$;

-- Questions, options, documents, trustees and perimeter are written in drafts only.
CREATE FUNCTION consultation_en_brouillon() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ligne jsonb := to_jsonb(COALESCE(NEW, OLD));
    le_scrutin bigint;
BEGIN
    IF ligne ? 'question_id' THEN
        SELECT scrutin_id INTO le_scrutin FROM consultation_question WHERE id = (ligne->>'question_id')::bigint;
    ELSE
        le_scrutin := (ligne->>'scrutin_id')::bigint;
    END IF;
    IF EXISTS (SELECT 1 FROM consultation_scrutin WHERE id = le_scrutin AND etat <> 'brouillon') THEN
        RAISE EXCEPTION USING MESSAGE = 'Un scrutin annoncé ne change plus de texte, de question ni de gardien·ne.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

-- The roll and its boxes are written while the announcing transaction still sees a draft.
CREATE FUNCTION consultation_liste_en_brouillon() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM consultation_scrutin s
               WHERE s.etat <> 'brouillon' AND s.id IN (SELECT scrutin_id FROM nouvelles)) THEN
        RAISE EXCEPTION USING MESSAGE = 'La liste d''un scrutin annoncé est figée.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION consultation_credentiels_avant_scellement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM consultation_urne u WHERE u.hauteur >= 0 AND u.id IN (SELECT urne_id FROM nouvelles)) THEN
        RAISE EXCEPTION USING MESSAGE = 'Une urne scellée ne reçoit plus d''identifiant public.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;

-- Émargements: only while open, only by those whom the frozen roll attaches to this box.
CREATE FUNCTION consultation_emargement_ajout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM nouvelles n
        LEFT JOIN consultation_inscription i ON i.id = n.inscription_id AND i.motifs = 0
        LEFT JOIN consultation_rattachement r
            ON r.scrutin_id = i.scrutin_id AND r.section_id = i.section_id AND r.college = i.college
        LEFT JOIN consultation_scrutin s ON s.id = i.scrutin_id AND s.etat = 'ouvert'
        WHERE s.id IS NULL OR r.urne_id IS DISTINCT FROM n.urne_id)
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Émargement hors de la liste, de l''urne ou de l''ouverture du scrutin.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END IF;
    UPDATE consultation_urne u SET emarges = u.emarges + n.nombre
    FROM (SELECT urne_id, count(*) AS nombre FROM nouvelles GROUP BY urne_id) n WHERE n.urne_id = u.id;
    RETURN NULL;
END $$;

-- An émargement may be rewritten (its place in the table shuffled), never lost: a statement
-- that deletes lines must have put the same ones back.
CREATE FUNCTION consultation_emargement_retrait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM anciennes a LEFT JOIN consultation_emargement e
            ON e.inscription_id = a.inscription_id AND e.urne_id = a.urne_id AND e.id = a.id
        WHERE e.id IS NULL)
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Un émargement ne s''efface pas.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END IF;
    UPDATE consultation_urne u SET emarges = u.emarges - a.nombre
    FROM (SELECT urne_id, count(*) AS nombre FROM anciennes GROUP BY urne_id) a WHERE a.urne_id = u.id;
    RETURN NULL;
END $$;

-- Each event extends the head of its box: no fork, no gap; ballots only while open.
CREATE FUNCTION consultation_evenement_ajout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.type = 'Ballot' AND NOT EXISTS (
        SELECT 1 FROM consultation_credentiel c WHERE c.id = NEW.credentiel_id AND c.urne_id = NEW.urne_id)
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Identifiant public d''une autre urne.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'evenement_credentiel_de_l_urne';
    END IF;
    UPDATE consultation_urne u
    SET hauteur = NEW.hauteur, tete = NEW.empreinte,
        credentiels_utilises = u.credentiels_utilises + (
            NEW.type = 'Ballot' AND NOT EXISTS (
                SELECT 1 FROM consultation_evenement e
                WHERE e.credentiel_id = NEW.credentiel_id AND e.hauteur < NEW.hauteur))::int
    FROM consultation_scrutin s
    WHERE u.id = NEW.urne_id AND u.hauteur = NEW.hauteur - 1 AND u.tete = NEW.parent
        AND s.id = u.scrutin_id
        AND s.etat = ANY (CASE NEW.type
            WHEN 'Setup' THEN ARRAY['annonce'] WHEN 'Ballot' THEN ARRAY['ouvert']
            WHEN 'EndBallots' THEN ARRAY['ouvert', 'clos'] ELSE ARRAY['clos'] END);
    IF NOT FOUND THEN
        RAISE EXCEPTION USING MESSAGE = 'Cet événement ne prolonge pas la tête de l''urne, ou le scrutin ne l''admet pas.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'evenement_prolonge_la_tete';
    END IF;
    RETURN NULL;
END $$;

-- A box changes through its events and émargements only; its rules never, once sealed.
CREATE FUNCTION consultation_urne_figee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() = 1 AND (
        (OLD.hauteur, OLD.tete, OLD.emarges, OLD.credentiels_utilises)
            IS DISTINCT FROM (NEW.hauteur, NEW.tete, NEW.emarges, NEW.credentiels_utilises)
        OR (OLD.scrutin_id, OLD.uuid, OLD.nom, OLD.niveau, OLD.federation_id, OLD.section_id, OLD.college, OLD.inscrits, OLD.horodatage)
            IS DISTINCT FROM (NEW.scrutin_id, NEW.uuid, NEW.nom, NEW.niveau, NEW.federation_id, NEW.section_id, NEW.college, NEW.inscrits, NEW.horodatage)
        OR (OLD.election <> '' AND OLD.election <> NEW.election))
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Une urne ne change que par ses bulletins et ses émargements.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'urne_figee';
    END IF;
    RETURN NEW;
END $$;

-- At the end of every transaction: as many émargements as credentials that have voted, box by box.
CREATE FUNCTION consultation_urne_equilibre() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM consultation_urne WHERE id = NEW.id AND emarges <> credentiels_utilises) THEN
        RAISE EXCEPTION USING MESSAGE = 'Le nombre d''émargements n''égale pas celui des identifiants utilisés.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'urne_equilibre';
    END IF;
    RETURN NULL;
END $$;
"""


def _refus(table: str, nom: str, quand: str, message: str) -> str:
    message = message.replace("'", "''")
    return (
        f"CREATE TRIGGER {nom} BEFORE {quand} ON {table} FOR EACH STATEMENT "
        f"EXECUTE FUNCTION consultation_refuser('{message}');"
    )


DECLENCHEURS = [
    "CREATE TRIGGER scrutin_transition BEFORE UPDATE ON consultation_scrutin "
    "FOR EACH ROW EXECUTE FUNCTION consultation_scrutin_transition();",
    _refus("consultation_scrutin", "scrutin_ne_s_efface_pas", "DELETE OR TRUNCATE", "Un scrutin s'annule, il ne s'efface pas."),
    *(
        f"CREATE TRIGGER {nom}_en_brouillon BEFORE INSERT OR UPDATE OR DELETE ON consultation_{table} "
        "FOR EACH ROW EXECUTE FUNCTION consultation_en_brouillon();"
        for nom, table in (
            ("question", "question"),
            ("option", "option"),
            ("document", "document"),
            ("gardien", "gardien"),
            ("perimetre", "scrutin_federations"),
        )
    ),
    _refus("consultation_document", "document_ne_se_recrit_pas", "UPDATE OR DELETE", "Une version du document ne se réécrit pas : créez la suivante."),
    *(
        f"CREATE TRIGGER {t}_en_brouillon AFTER INSERT ON consultation_{t} REFERENCING NEW TABLE AS nouvelles "
        "FOR EACH STATEMENT EXECUTE FUNCTION consultation_liste_en_brouillon();"
        for t in ("inscription", "rattachement", "urne")
    ),
    *(
        _refus(f"consultation_{t}", f"{t}_figee", "UPDATE OR DELETE OR TRUNCATE", "La liste électorale figée ne change plus.")
        for t in ("inscription", "rattachement")
    ),
    "CREATE TRIGGER credentiel_avant_scellement AFTER INSERT ON consultation_credentiel REFERENCING NEW TABLE AS nouvelles "
    "FOR EACH STATEMENT EXECUTE FUNCTION consultation_credentiels_avant_scellement();",
    _refus("consultation_credentiel", "credentiel_fige", "UPDATE OR DELETE OR TRUNCATE", "Les identifiants publics ne changent pas."),
    "CREATE TRIGGER emargement_ajout AFTER INSERT ON consultation_emargement REFERENCING NEW TABLE AS nouvelles "
    "FOR EACH STATEMENT EXECUTE FUNCTION consultation_emargement_ajout();",
    "CREATE TRIGGER emargement_retrait AFTER DELETE ON consultation_emargement REFERENCING OLD TABLE AS anciennes "
    "FOR EACH STATEMENT EXECUTE FUNCTION consultation_emargement_retrait();",
    _refus("consultation_emargement", "emargement_fige", "UPDATE OR TRUNCATE", "Un émargement ne change pas."),
    "CREATE TRIGGER evenement_ajout AFTER INSERT ON consultation_evenement "
    "FOR EACH ROW EXECUTE FUNCTION consultation_evenement_ajout();",
    _refus("consultation_evenement", "evenement_fige", "UPDATE OR DELETE OR TRUNCATE", "Une urne ne fait que s'allonger."),
    "CREATE TRIGGER urne_figee BEFORE UPDATE ON consultation_urne FOR EACH ROW EXECUTE FUNCTION consultation_urne_figee();",
    _refus("consultation_urne", "urne_ne_s_efface_pas", "DELETE OR TRUNCATE", "Une urne ne s'efface pas."),
    "CREATE CONSTRAINT TRIGGER urne_equilibre AFTER UPDATE ON consultation_urne DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION consultation_urne_equilibre();",
    # Rewriting keeps free room in each page, so that lines do not pile up in order of arrival.
    "ALTER TABLE consultation_emargement SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);",
    # Ballots and credentials are digits that compress badly: spare the effort.
    "ALTER TABLE consultation_credentiel ALTER COLUMN cle SET STORAGE EXTERNAL;",
]


class Migration(migrations.Migration):
    dependencies = [("consultation", "0001_initial")]

    operations = [migrations.RunSQL(FONCTIONS, migrations.RunSQL.noop)] + [
        migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in DECLENCHEURS
    ]
