"""The steps of an import in SQL, set by set: load, compare, apply, undo; within the act's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django.db import connection

from refondation.membres.colonnes import FACULTATIVES
from refondation.membres.models import Import

# The columns of the register that a file fills, as they are named in SQL.
COLONNES = (
    "numero", "nom", "prenom", "courriel", "naissance", "genre", "section_id", "adhesion_le", "a_jour_au",
    "statut", "recherche",
)  # fmt: skip
# What a comparison looks at; `numero` is the key and `recherche` follows from the names.
COMPAREES = tuple(colonne for colonne in COLONNES if colonne not in {"numero", "recherche"})
PAR_DEFAUT = {
    "courriel": "''",
    "naissance": "NULL",
    "genre": "''",
    "a_jour_au": "NULL",
    "statut": "'adherent'",
}
_LIGNES_PAR_ENVOI = 1000

CREER_LA_LECTURE = """
CREATE TEMPORARY TABLE lecture (
    ligne integer, numero text COLLATE "C", nom text, prenom text, courriel text, naissance date, genre text,
    section_id bigint, adhesion_le date, a_jour_au date, statut text, recherche text COLLATE "C"
) ON COMMIT DROP
"""


def charger(lignes: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """COPY the lines (number, values) into the temporary table `lecture`.

    No value holds a tab, a line break or a backslash (`colonnes` refuses them), so that cells are
    joined as they are, which is the fastest way.
    """
    with connection.cursor() as curseur:
        curseur.execute("DROP TABLE IF EXISTS lecture")
        curseur.execute(CREER_LA_LECTURE)
        with curseur.copy(f"COPY lecture (ligne, {', '.join(COLONNES)}) FROM STDIN") as copie:
            for morceau in _morceaux(lignes):
                copie.write(morceau)
        curseur.execute("ANALYZE lecture")


def _morceaux(lignes: Iterable[tuple[int, dict[str, Any]]]) -> Iterator[str]:
    tampon: list[str] = []
    for numero, valeurs in lignes:
        cellules = [str(numero)]
        for colonne in COLONNES:
            valeur = valeurs.get(colonne)
            cellules.append("\\N" if valeur is None else str(valeur))
        tampon.append("\t".join(cellules))
        if len(tampon) >= _LIGNES_PAR_ENVOI:
            yield "\n".join(tampon) + "\n"
            tampon.clear()
    if tampon:
        yield "\n".join(tampon) + "\n"


def version_du_registre() -> int:
    with connection.cursor() as curseur:
        curseur.execute("SELECT version FROM membres_versionduregistre")
        ligne = curseur.fetchone()
    return ligne[0] if ligne else 0


def mesurer_le_registre() -> None:
    """Tell the planner what the register holds now: just filled, it would be compared as if it were empty,
    line against line."""
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE membres_adherent")


def comparer(lot: Import, presentes: Iterable[str]) -> dict[str, Any]:
    """Write what each line of `lecture` would change, and who would leave; the counts of the import.

    `presentes` are the optional columns that the file has: the others keep the register's values.
    """
    lues = [c for c in COMPAREES if c not in FACULTATIVES or c in presentes]
    valeurs = {c: f"l.{c}" for c in COLONNES}
    for colonne in FACULTATIVES:
        if colonne not in lues:
            valeurs[colonne] = f"CASE WHEN a.id IS NULL THEN {PAR_DEFAUT[colonne]} ELSE a.{colonne} END"
    changees = " || ".join(
        f"CASE WHEN a.id IS NOT NULL AND a.{c} IS DISTINCT FROM l.{c} "
        f"THEN ARRAY['{c}'] ELSE '{{}}'::text[] END"
        for c in lues
    )
    differe = " OR ".join(f"a.{c} IS DISTINCT FROM l.{c}" for c in lues)
    donner_de_la_memoire()
    autre_naissance = "AND a.naissance IS DISTINCT FROM l.naissance" if "naissance" in lues else ""
    with connection.cursor() as curseur:
        curseur.execute(
            COMPARER.format(
                colonnes=", ".join(COLONNES),
                relues=", ".join(f"c.{c}" for c in COLONNES),
                valeurs=", ".join(f"{valeurs[c]} AS {c}" for c in COLONNES),
                changees=changees,
                differe=differe,
                autre_naissance=autre_naissance,
            ),
            [lot.pk],
        )
        if lot.complet:
            curseur.execute(
                PROPOSER_LES_SORTIES.format(
                    colonnes=", ".join(COLONNES), valeurs=", ".join(f"a.{c}" for c in COLONNES)
                ),
                [lot.pk],
            )
    return compter(lot)


def compter(lot: Import) -> dict[str, Any]:
    """The counts of an import, from its lines; only those of the file count as lines."""
    with connection.cursor() as curseur:
        curseur.execute(COMPTER, [lot.pk])
        groupes = curseur.fetchall()
        curseur.execute(COMPTER_LES_COLONNES, [lot.pk])
        par_colonne = dict(curseur.fetchall())
    comptes = {"nouveau": 0, "modifie": 0, "deplace": 0, "sorti": 0}
    conflits = 0
    for nature, en_conflit, nombre in groupes:
        if en_conflit:
            conflits += nombre
        else:
            comptes[nature] += nombre
    ecrites = conflits + comptes["nouveau"] + comptes["modifie"] + comptes["deplace"]
    return {
        "nouveaux": comptes["nouveau"],
        "modifies": comptes["modifie"],
        "deplaces": comptes["deplace"],
        "sortis": comptes["sorti"],
        "conflits": conflits,
        "inchanges": lot.lignes - ecrites,
        "par_colonne": par_colonne,
    }


# A number that several lines bear is in conflict on each; so is one that designated somebody else (no
# word of the names in common, another date of birth); so is a member who had left; so is somebody
# new who has the names and the date of birth of a present member, or of another new line.
COMPARER = """
WITH doublons AS MATERIALIZED (
    SELECT numero, left(string_agg(ligne::text, ', ' ORDER BY ligne), 150) AS lignes
    FROM lecture GROUP BY numero HAVING count(*) > 1
), comparees AS MATERIALIZED (
    SELECT l.ligne, l.numero AS cle, a.id AS adherent_id, a.sorti_le,
        {changees} AS changees,
        a.id IS NOT NULL AND a.recherche <> l.recherche {autre_naissance}
            AND NOT string_to_array(a.recherche, ' ') && string_to_array(l.recherche, ' ') AS autre_identite,
        a.section_id IS DISTINCT FROM l.section_id AS autre_section,
        {valeurs}
    FROM lecture l LEFT JOIN membres_adherent a ON a.numero = l.numero
    WHERE a.id IS NULL OR a.sorti_le IS NOT NULL OR {differe} OR l.numero IN (SELECT numero FROM doublons)
), nouvelles AS MATERIALIZED (
    SELECT numero, recherche, naissance FROM comparees WHERE adherent_id IS NULL AND naissance IS NOT NULL
), homonymes AS MATERIALIZED (
    SELECT n.numero, min(h.numero) AS autre FROM nouvelles n
        JOIN membres_adherent h ON h.recherche = n.recherche AND h.naissance = n.naissance
        WHERE h.sorti_le IS NULL GROUP BY n.numero
    UNION ALL
    SELECT n.numero, min(j.premier) FROM nouvelles n JOIN (
        SELECT recherche, naissance, min(numero) AS premier, max(numero) AS dernier FROM nouvelles
        GROUP BY recherche, naissance HAVING min(numero) <> max(numero)
    ) paires ON paires.recherche = n.recherche AND paires.naissance = n.naissance
        CROSS JOIN LATERAL (
            SELECT CASE WHEN n.numero = paires.premier THEN paires.dernier ELSE paires.premier END AS premier
        ) j GROUP BY n.numero
)
INSERT INTO membres_ligneimport (
    lot_id, ligne, nature, conflit, accepte, precision, changees, adherent_id, {colonnes}
)
SELECT %s, c.ligne,
    CASE WHEN c.adherent_id IS NULL THEN 'nouveau' WHEN c.autre_section THEN 'deplace' ELSE 'modifie' END,
    CASE
        WHEN d.numero IS NOT NULL THEN 'doublon'
        WHEN c.autre_identite THEN 'identite'
        WHEN c.sorti_le IS NOT NULL THEN 'retour'
        WHEN h.numero IS NOT NULL THEN 'homonyme'
        ELSE ''
    END,
    false,
    CASE
        WHEN d.numero IS NOT NULL THEN 'lignes ' || d.lignes
        WHEN c.autre_identite THEN ''
        WHEN c.sorti_le IS NOT NULL THEN 'sortie le ' || to_char(c.sorti_le, 'DD/MM/YYYY')
        WHEN h.numero IS NOT NULL THEN 'n° ' || h.autre
        ELSE ''
    END,
    CASE WHEN c.sorti_le IS NOT NULL THEN c.changees || ARRAY['sorti_le'] ELSE c.changees END,
    c.adherent_id, {relues}
FROM comparees c
LEFT JOIN doublons d ON d.numero = c.cle
LEFT JOIN (SELECT numero, min(autre) AS autre FROM homonymes GROUP BY numero) h ON h.numero = c.cle
"""

PROPOSER_LES_SORTIES = """
INSERT INTO membres_ligneimport (
    lot_id, ligne, nature, conflit, accepte, precision, changees, adherent_id, {colonnes}
)
SELECT %s, NULL, 'sorti', '', false, '', ARRAY['sorti_le'], a.id, {valeurs}
FROM membres_adherent a
WHERE a.sorti_le IS NULL AND NOT EXISTS (SELECT 1 FROM lecture l WHERE l.numero = a.numero)
"""

COMPTER = """
SELECT nature, conflit <> '', count(*) FROM membres_ligneimport WHERE lot_id = %s GROUP BY 1, 2
"""
COMPTER_LES_COLONNES = """
SELECT colonne, count(*) FROM membres_ligneimport, unnest(changees) AS colonne
WHERE lot_id = %s AND conflit = '' AND nature IN ('modifie', 'deplace') GROUP BY 1
"""


# --- Apply ------------------------------------------------------------------------------------


def donner_de_la_memoire() -> None:
    """For this transaction: sorts and triggers of 200,000 lines stay in the memory of the server."""
    with connection.cursor() as curseur:
        curseur.execute("SET LOCAL work_mem = '64MB'")


def appliquer(lot: Import, *, instant: datetime, jour: date) -> dict[str, int]:
    """Write in the register what the lines say; the number of members entered, changed, moved and out.

    Lines in conflict are passed over unless accepted.  The former value of each column that
    changes is kept, which is what `defaire` reads.
    """
    donner_de_la_memoire()
    with connection.cursor() as curseur:

        def executer(requete: str, **parametres: Any) -> int:
            curseur.execute(requete, {"lot": lot.pk, "instant": instant, "jour": jour, **parametres})
            return curseur.rowcount

        entres = executer(INSCRIRE)
        executer(GARDER_LES_VALEURS)
        deplaces = executer(MODIFIER, nature="deplace")
        modifies = executer(MODIFIER, nature="modifie")
        sortis = executer(SORTIR)
    return {"entres": entres, "modifies": modifies, "deplaces": deplaces, "sortis": sortis}


_RETENUES = "l.lot_id = %(lot)s AND (l.conflit = '' OR l.accepte)"
_LISTE = ", ".join(COLONNES)

INSCRIRE = f"""
INSERT INTO membres_adherent ({_LISTE}, inscrit_par_id)
SELECT {_LISTE}, %(lot)s FROM membres_ligneimport l WHERE {_RETENUES} AND l.nature = 'nouveau'
"""  # noqa: S608 - the names of our columns
GARDER_LES_VALEURS = f"""
INSERT INTO membres_changement (adherent_id, lot_id, cause, le, avant)
SELECT a.id, %(lot)s, 'import', %(instant)s,
    (SELECT jsonb_object_agg(c, to_jsonb(a) -> c) FROM unnest(l.changees) AS c)
    || CASE WHEN l.changees && ARRAY['nom', 'prenom']::varchar[]
        THEN jsonb_build_object('recherche', a.recherche) ELSE '{{}}'::jsonb END
FROM membres_ligneimport l JOIN membres_adherent a ON a.id = l.adherent_id
WHERE {_RETENUES} AND l.nature IN ('modifie', 'deplace', 'sorti') AND l.changees <> '{{}}'
"""  # noqa: S608
MODIFIER = f"""
UPDATE membres_adherent a SET ({_LISTE}, sorti_le) = ({", ".join(f"l.{c}" for c in COLONNES)}, NULL)
FROM membres_ligneimport l
WHERE {_RETENUES} AND l.nature = %(nature)s AND a.id = l.adherent_id AND l.changees <> '{{}}'
"""  # noqa: S608
SORTIR = f"""
UPDATE membres_adherent a SET sorti_le = GREATEST(%(jour)s::date, a.adhesion_le)
FROM membres_ligneimport l WHERE {_RETENUES} AND l.nature = 'sorti' AND a.id = l.adherent_id
"""  # noqa: S608


# --- Undo -------------------------------------------------------------------------------------


def defaire(lot: Import) -> dict[str, int]:
    """Take away whom the import brought, give back what it changed; how many of each."""
    with connection.cursor() as curseur:
        curseur.execute(RETABLIR, {"lot": lot.pk})
        retablis = curseur.rowcount
        curseur.execute("DELETE FROM membres_changement WHERE lot_id = %(lot)s", {"lot": lot.pk})
        curseur.execute("DELETE FROM membres_adherent WHERE inscrit_par_id = %(lot)s", {"lot": lot.pk})
        retires = curseur.rowcount
    return {"retires": retires, "retablis": retablis}


_RENDUES = (*COMPAREES, "recherche", "sorti_le")
RETABLIR = f"""
UPDATE membres_adherent a SET ({", ".join(_RENDUES)}) = (
    SELECT {", ".join(f"r.{c}" for c in _RENDUES)} FROM jsonb_populate_record(a, c.avant) r
)
FROM membres_changement c WHERE c.lot_id = %(lot)s AND a.id = c.adherent_id
"""  # noqa: S608
