"""The last rampart of designations: what the database refuses whoever asks."""

from django.db import migrations

FONCTIONS = """
CREATE FUNCTION delegues_refuser() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
END $$;

-- Campagne.TRANSITIONS, and the rules that an announced campaign no longer changes.
CREATE FUNCTION delegues_campagne_transition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    libres text[] := ARRAY['etat', 'annoncee_le', 'presentation'];
BEGIN
    IF OLD.etat <> NEW.etat AND (OLD.etat, NEW.etat) NOT IN (
        ('preparation', 'ouverte'), ('ouverte', 'close'), ('preparation', 'annulee'), ('ouverte', 'annulee'))
    THEN
        RAISE EXCEPTION USING MESSAGE = format('Une campagne ne passe pas de « %s » à « %s ».', OLD.etat, NEW.etat),
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'campagne_transition';
    END IF;
    IF OLD.etat <> 'preparation' AND (to_jsonb(OLD) - libres) <> (to_jsonb(NEW) - libres) THEN
        RAISE EXCEPTION USING MESSAGE = 'Une campagne annoncée ne change plus de règles.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'campagne_figee';
    END IF;
    RETURN NEW;
END $$;

-- Designation.TRANSITIONS; a designation never changes campaign nor section.
CREATE FUNCTION delegues_designation_transition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.campagne_id, OLD.section_id) <> (NEW.campagne_id, NEW.section_id) THEN
        RAISE EXCEPTION USING MESSAGE = 'Une désignation ne change ni de campagne ni de section.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'designation_figee';
    END IF;
    IF OLD.etat <> NEW.etat AND (OLD.etat, NEW.etat) NOT IN (
        ('attendue', 'recue'), ('incomplete', 'recue'), ('contestee', 'recue'), ('rejetee', 'recue'),
        ('recue', 'incomplete'), ('contestee', 'incomplete'),
        ('recue', 'contestee'), ('incomplete', 'contestee'), ('validee', 'contestee'), ('rejetee', 'contestee'),
        ('recue', 'validee'), ('contestee', 'validee'),
        ('recue', 'rejetee'), ('incomplete', 'rejetee'), ('contestee', 'rejetee'))
    THEN
        RAISE EXCEPTION USING
            MESSAGE = format('Une désignation ne passe pas de « %s » à « %s ».', OLD.etat, NEW.etat),
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'designation_transition';
    END IF;
    RETURN NEW;
END $$;

-- ProcesVerbal.TRANSITIONS; what two people signed is never rewritten.
CREATE FUNCTION delegues_proces_verbal_transition() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    libres text[] := ARRAY['etat', 'version'];
BEGIN
    IF OLD.etat <> NEW.etat AND (OLD.etat, NEW.etat) NOT IN (
        ('brouillon', 'a-contresigner'), ('a-contresigner', 'brouillon'),
        ('a-contresigner', 'verrouille'), ('verrouille', 'rectifie'))
    THEN
        RAISE EXCEPTION USING
            MESSAGE = format('Un procès-verbal ne passe pas de « %s » à « %s ».', OLD.etat, NEW.etat),
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'proces_verbal_transition';
    END IF;
    IF OLD.etat IN ('verrouille', 'rectifie') AND (to_jsonb(OLD) - libres) <> (to_jsonb(NEW) - libres) THEN
        RAISE EXCEPTION USING MESSAGE = 'Un procès-verbal signé ne change plus : rédigez un rectificatif.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'proces_verbal_fige';
    END IF;
    IF OLD.etat = 'a-contresigner' AND NEW.etat <> 'brouillon' AND (OLD.contenu, OLD.empreinte) <> (NEW.contenu, NEW.empreinte)
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Ce qui est présenté à la signature ne change plus.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'proces_verbal_presente';
    END IF;
    RETURN NEW;
END $$;

-- Attendance, votes and the elected are written while the minutes are a draft.
CREATE FUNCTION delegues_en_brouillon() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ligne jsonb := to_jsonb(COALESCE(NEW, OLD));
BEGIN
    IF EXISTS (
        SELECT 1 FROM delegues_procesverbal
        WHERE id = (ligne->>'proces_verbal_id')::bigint AND etat <> 'brouillon')
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Un procès-verbal présenté à la signature ne change plus.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;

-- A commitment in force forbids candidacies to governance, through any door.
CREATE FUNCTION delegues_engagement_tenu() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    jusqu_a date;
BEGIN
    SELECT max(e.jusqu_au) INTO jusqu_a FROM delegues_engagement e
    WHERE e.adherent_id = NEW.adherent_id AND e.leve_le IS NULL
      AND e.jusqu_au > (NEW.declaree_le AT TIME ZONE 'Europe/Paris')::date;
    IF jusqu_a IS NOT NULL THEN
        RAISE EXCEPTION USING
            MESSAGE = format(
                'Cette personne s''est engagée à ne pas être candidate à la gouvernance avant le %s.',
                to_char(jusqu_a, 'DD/MM/YYYY')),
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'engagement_tenu';
    END IF;
    RETURN NEW;
END $$;

-- A commitment is lifted, once, and changes in nothing else.
CREATE FUNCTION delegues_engagement_fige() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.leve_le IS NOT NULL
        OR (to_jsonb(OLD) - ARRAY['leve_le', 'levee']) <> (to_jsonb(NEW) - ARRAY['leve_le', 'levee'])
    THEN
        RAISE EXCEPTION USING MESSAGE = 'Un engagement ne se réécrit pas.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'engagement_fige';
    END IF;
    RETURN NEW;
END $$;

-- A computation of seats is adopted, and changes in nothing else.
CREATE FUNCTION delegues_repartition_figee() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'adoptee_le') <> (to_jsonb(NEW) - 'adoptee_le') OR OLD.adoptee_le IS NOT NULL THEN
        RAISE EXCEPTION USING MESSAGE = 'Une répartition calculée ne se réécrit pas.',
            ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'repartition_figee';
    END IF;
    RETURN NEW;
END $$;
"""

DECLENCHEURS = [
    "CREATE TRIGGER campagne_transition BEFORE UPDATE ON delegues_campagne "
    "FOR EACH ROW EXECUTE FUNCTION delegues_campagne_transition();",
    "CREATE TRIGGER designation_transition BEFORE UPDATE ON delegues_designation "
    "FOR EACH ROW EXECUTE FUNCTION delegues_designation_transition();",
    "CREATE TRIGGER proces_verbal_transition BEFORE UPDATE ON delegues_procesverbal "
    "FOR EACH ROW EXECUTE FUNCTION delegues_proces_verbal_transition();",
    *(
        f"CREATE TRIGGER {table}_en_brouillon BEFORE INSERT OR UPDATE OR DELETE ON delegues_{table} "
        "FOR EACH ROW EXECUTE FUNCTION delegues_en_brouillon();"
        for table in ("presence", "voix", "elu")
    ),
    "CREATE TRIGGER engagement_tenu BEFORE INSERT ON delegues_candidaturealagouvernance "
    "FOR EACH ROW EXECUTE FUNCTION delegues_engagement_tenu();",
    "CREATE TRIGGER engagement_fige BEFORE UPDATE OR DELETE ON delegues_engagement "
    "FOR EACH ROW EXECUTE FUNCTION delegues_engagement_fige();",
    "CREATE TRIGGER repartition_figee BEFORE UPDATE ON delegues_repartition "
    "FOR EACH ROW EXECUTE FUNCTION delegues_repartition_figee();",
    "CREATE TRIGGER echange_fige BEFORE UPDATE OR DELETE ON delegues_echange "
    "FOR EACH STATEMENT EXECUTE FUNCTION delegues_refuser('Le dossier d''une désignation ne se réécrit pas.');",
    "CREATE TRIGGER derogation_figee BEFORE UPDATE ON delegues_derogation "
    "FOR EACH STATEMENT EXECUTE FUNCTION delegues_refuser('Une dérogation accordée ne se réécrit pas.');",
]


class Migration(migrations.Migration):
    dependencies = [("delegues", "0001_initial")]

    operations = [migrations.RunSQL(FONCTIONS, migrations.RunSQL.noop), *(migrations.RunSQL(d, migrations.RunSQL.noop) for d in DECLENCHEURS)]
