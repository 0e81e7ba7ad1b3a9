"""What the control commission can check at any time: roll, boxes, chains, counts; and how far counting has come.

Every check is one SQL statement, hence one snapshot: ballots arrive while it runs and none of
them is an alarm.  The checks trust nothing that they can recompute, triggers included: they are
for whoever holds the database and can silence them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.expressions import RawSQL

from consultation.belenios.archive import evenement_json
from consultation.chaine import empreinte_des_tetes
from consultation.models import Evenement, Scrutin, Tranche

# Counting that shows no progress for this long has lost its workers: it is started again.
ARRET = timedelta(seconds=60)


def examiner(scrutin: Scrutin) -> dict[str, Any]:
    """The figures and the defects of an announced vote, as `Controle` keeps them."""
    with connection.cursor() as curseur:
        curseur.execute(
            """
            SELECT count(*), coalesce(sum(emarges), 0)::int,
                (SELECT count(*) FROM consultation_evenement e JOIN consultation_urne v ON v.id = e.urne_id
                 WHERE v.scrutin_id = %s AND e.type = 'Ballot')
            FROM consultation_urne WHERE scrutin_id = %s
            """,
            [scrutin.pk, scrutin.pk],
        )
        urnes, emargements, bulletins = curseur.fetchone()
    tetes = empreinte_des_tetes(scrutin)
    return {
        "urnes": urnes,
        "emargements": emargements,
        "bulletins": bulletins,
        "tetes": tetes,
        "defauts": defauts(scrutin),
    }


def empreinte_de_la_liste(scrutin: Scrutin) -> str:
    """SHA-256 (hex) of the lines "number|section code|college", one per voter, sorted by number (C collation)."""
    with connection.cursor() as curseur:
        curseur.execute(
            """
            SELECT encode(sha256(convert_to(coalesce(string_agg(
                a.numero || '|' || s.code || '|' || i.college, E'\\n' ORDER BY a.numero COLLATE "C"
            ), ''), 'UTF8')), 'hex')
            FROM consultation_inscription i
            JOIN membres_adherent a ON a.id = i.adherent_id
            JOIN territoire_section s ON s.id = i.section_id
            WHERE i.scrutin_id = %s AND i.motifs = 0
            """,
            [scrutin.pk],
        )
        return curseur.fetchone()[0]


def defauts(scrutin: Scrutin) -> list[str]:
    """Everything wrong with an announced vote, in French; empty when all holds."""
    trouves = [
        *_defauts_de_la_liste(scrutin),
        *_defauts_des_textes(scrutin),
        *_defauts_des_comptes(scrutin),
        *_defauts_des_identifiants(scrutin),
        *_defauts_des_chaines(scrutin),
    ]
    return list(dict.fromkeys(trouves))


# --- The roll and the texts ------------------------------------------------------------------------


def _defauts_de_la_liste(scrutin: Scrutin) -> Iterator[str]:
    if empreinte_de_la_liste(scrutin) != scrutin.liste_empreinte:
        yield "La liste électorale n'est plus celle de l'annonce."
    for nom, inscrits, attaches in _lire(
        """
        SELECT u.nom, u.inscrits, coalesce(l.n, 0)
        FROM consultation_urne u LEFT JOIN (
            SELECT r.urne_id, count(*) AS n
            FROM consultation_inscription i JOIN consultation_rattachement r
                ON r.scrutin_id = i.scrutin_id AND r.section_id = i.section_id AND r.college = i.college
            WHERE i.scrutin_id = %s AND i.motifs = 0 GROUP BY 1) l ON l.urne_id = u.id
        WHERE u.scrutin_id = %s AND u.inscrits <> coalesce(l.n, 0)
        """,
        scrutin.pk,
        scrutin.pk,
    ):
        yield f"{nom} : {inscrits} inscrit·es à l'annonce, {attaches} aujourd'hui."


def _defauts_des_textes(scrutin: Scrutin) -> Iterator[str]:
    document = scrutin.document_fige
    if document is None or document.empreinte != document.empreinte_attendue():
        yield "Le document de cadrage n'est plus celui de l'annonce."
    attendues = [
        {"answers": q.reponses(), "min": q.minimum, "max": q.maximum, "question": q.intitule}
        | ({"blank": True} if q.blanc_est_un_drapeau else {})
        for q in scrutin.questions.prefetch_related("options")
    ]
    for nom, texte in scrutin.urnes.exclude(election="").values_list("nom", "election"):
        if json.loads(texte)["questions"] != attendues:
            yield f"{nom} : les questions affichées ne sont plus celles de l'urne."


# --- Counts ------------------------------------------------------------------------------------------


def _defauts_des_comptes(scrutin: Scrutin) -> Iterator[str]:
    """As many émargements as credentials that voted, by the lines themselves and by the counters."""
    for nom, signatures, votants, emarges, utilises in _lire(
        """
        SELECT u.nom, coalesce(s.n, 0), coalesce(b.n, 0), u.emarges, u.credentiels_utilises
        FROM consultation_urne u
        LEFT JOIN (SELECT urne_id, count(*) AS n FROM consultation_emargement GROUP BY 1) s ON s.urne_id = u.id
        LEFT JOIN (SELECT urne_id, count(DISTINCT credentiel_id) AS n FROM consultation_evenement
                   WHERE type = 'Ballot' AND urne_id IN (SELECT id FROM consultation_urne WHERE scrutin_id = %s)
                   GROUP BY 1) b ON b.urne_id = u.id
        WHERE u.scrutin_id = %s
        """,
        scrutin.pk,
        scrutin.pk,
    ):
        if not signatures == votants == emarges == utilises:
            yield f"{nom} : {signatures} émargements pour {votants} identifiants qui ont voté."
    for nom, nombre in _lire(
        """
        SELECT u.nom, count(*)
        FROM consultation_emargement e
        JOIN consultation_urne u ON u.id = e.urne_id AND u.scrutin_id = %s
        LEFT JOIN consultation_inscription i
            ON i.id = e.inscription_id AND i.motifs = 0 AND i.scrutin_id = u.scrutin_id
        LEFT JOIN consultation_rattachement r
            ON r.scrutin_id = i.scrutin_id AND r.section_id = i.section_id AND r.college = i.college
        WHERE r.urne_id IS DISTINCT FROM e.urne_id GROUP BY u.nom
        """,
        scrutin.pk,
    ):
        yield f"{nom} : {nombre} émargement(s) de personnes qui n'y votent pas."


# --- Public credentials ------------------------------------------------------------------------------


def _defauts_des_identifiants(scrutin: Scrutin) -> Iterator[str]:
    """The list that casting consults is the one published in the box's Setup, and ballots bear their own."""
    for nom, inscrits, nombre, liste in _lire(
        """
        SELECT u.nom, u.inscrits, count(c.id), encode(sha256(convert_to(
            coalesce('[' || string_agg('"' || c.cle || '"', ',' ORDER BY c.id) || ']', '[]'), 'UTF8')), 'hex')
                = encode(sha256(convert_to(min(e.donnees[3]), 'UTF8')), 'hex')
        FROM consultation_urne u
        JOIN consultation_evenement e ON e.urne_id = u.id AND e.type = 'Setup'
        LEFT JOIN consultation_credentiel c ON c.urne_id = u.id AND c.empreinte = sha256(convert_to(c.cle, 'UTF8'))
        WHERE u.scrutin_id = %s GROUP BY u.id
        """,
        scrutin.pk,
    ):
        if nombre != inscrits or not liste:
            yield f"{nom} : les identifiants publics ne sont plus ceux de l'ouverture de l'urne."
    for nom, hauteur in _lire(
        """
        SELECT u.nom, min(e.hauteur)
        FROM consultation_evenement e
        JOIN consultation_urne u ON u.id = e.urne_id AND u.scrutin_id = %s
        LEFT JOIN consultation_credentiel c ON c.id = e.credentiel_id AND c.urne_id = e.urne_id
        WHERE e.type = 'Ballot' AND (c.id IS NULL OR strpos(e.donnees[1], '"credential":"' || c.cle || '"') = 0)
        GROUP BY u.nom
        """,
        scrutin.pk,
    ):
        yield f"{nom} : le bulletin de hauteur {hauteur} porte un autre identifiant que le sien."


# --- Chains ------------------------------------------------------------------------------------------

# SHA-256 of each data record, in order, computed where they lie: they never travel.
_EMPREINTES = (
    "ARRAY(SELECT encode(sha256(convert_to(d, 'UTF8')), 'hex') "
    "FROM unnest(consultation_evenement.donnees) WITH ORDINALITY AS x(d, o) ORDER BY o)"
)
# The last record of the events whose payload names other records: key of each, in order.
_RENVOIS = {
    Evenement.Type.SETUP: ("election", "trustees", "credentials"),
    Evenement.Type.ENCRYPTED_TALLY: ("encrypted_tally",),
    Evenement.Type.PARTIAL_DECRYPTION: ("payload",),
}
_DERNIERE = (
    "CASE WHEN consultation_evenement.type IN ('Setup', 'EncryptedTally', 'PartialDecryption') "
    "THEN consultation_evenement.donnees[cardinality(consultation_evenement.donnees)] END"
)


def _defauts_des_chaines(scrutin: Scrutin) -> Iterator[str]:
    """The first break of each box's chain: every hash and link recomputed, up to the head."""
    vides = dict(scrutin.urnes.filter(hauteur__gte=0).values_list("pk", "nom"))
    evenements = (
        Evenement.objects.filter(urne__scrutin=scrutin)
        .order_by("urne_id", "hauteur")
        .annotate(
            empreintes=RawSQL(_EMPREINTES, ()),  # noqa: S611
            derniere=RawSQL(_DERNIERE, ()),  # noqa: S611
            election=F("urne__election"),
            tete=F("urne__tete"),
            sommet=F("urne__hauteur"),
            nom=F("urne__nom"),
        )
        .only("urne_id", "hauteur", "type", "parent", "charge", "empreinte")
    )
    courante, tete, hauteur, defaut = None, "", -1, ""
    precedent = None
    for e in evenements.iterator(chunk_size=2000):
        if e.urne_id != courante:
            if precedent is not None:
                yield from _fin(precedent, tete, hauteur, defaut)
            courante, tete, hauteur, defaut = e.urne_id, "", -1, ""
            vides.pop(e.urne_id, None)
        hauteur += 1
        charge = e.empreintes[-1] if e.empreintes else ""
        texte = evenement_json(tete or None, hauteur, e.type, charge or None)
        parent, tete = tete, hashlib.sha256(texte).hexdigest()
        juste = (e.hauteur, e.parent, e.charge, e.empreinte) == (hauteur, parent, charge, tete)
        if not defaut and not (juste and _renvois_justes(e)):
            defaut = f"l'événement {hauteur} a été altéré."
        precedent = e
    if precedent is not None:
        yield from _fin(precedent, tete, hauteur, defaut)
    yield from (f"{nom} : la fin de la chaîne manque ou a été altérée." for nom in vides.values())


def _renvois_justes(e: Evenement) -> bool:
    cles = _RENVOIS.get(e.type)
    if cles is None:
        return True
    try:
        noms = [json.loads(e.derniere)[cle] for cle in cles]
    except (TypeError, ValueError, KeyError):
        return False
    if e.type == Evenement.Type.SETUP and hashlib.sha256(e.election.encode()).hexdigest() != noms[0]:
        return False  # what the booth is given is not what the archive says
    return e.empreintes[:-1] == noms


def _fin(dernier: Evenement, tete: str, hauteur: int, defaut: str) -> Iterator[str]:
    if not defaut and (dernier.tete, dernier.sommet) != (tete, hauteur):
        defaut = "la fin de la chaîne manque ou a été altérée."
    if defaut:
        yield f"{dernier.nom} : {defaut}"


def _lire(sql: str, *parametres: Any) -> list[tuple]:
    with connection.cursor() as curseur:
        curseur.execute(sql, parametres)
        return curseur.fetchall()


# --- Counting ----------------------------------------------------------------------------------------


def avancement(scrutin: Scrutin) -> dict[str, int]:
    """Counting in figures: slices done and to do, boxes summed, parts received, boxes with a result, defects."""
    tranches = Tranche.objects.filter(urne__scrutin=scrutin).aggregate(
        tranches=Count("pk"),
        faites=Count("pk", filter=Q(faite_le__isnull=False)),
        defauts=Count("pk", filter=~Q(defaut="")),
    )
    types = Evenement.objects.filter(urne__scrutin=scrutin).aggregate(
        totaux=Count("pk", filter=Q(type=Evenement.Type.ENCRYPTED_TALLY)),
        parts=Count("pk", filter=Q(type=Evenement.Type.PARTIAL_DECRYPTION)),
        resultats=Count("pk", filter=Q(type=Evenement.Type.RESULT)),
    )
    return {**tranches, **types, "urnes": scrutin.urnes.count(), "gardiens": scrutin.gardiens.count()}


def depouillement_arrete(scrutin: Scrutin, instant: datetime) -> bool:
    """Whether work that a worker could do waits, and none was done for `ARRET`; an altered slice does not wait."""
    a_faire = scrutin.urnes.exclude(evenements__type=Evenement.Type.ENCRYPTED_TALLY).exclude(
        Exists(Tranche.objects.filter(urne=OuterRef("pk"), faite_le__isnull=False).exclude(defaut=""))
    )
    if not a_faire.exists():
        return False
    dernier = Tranche.objects.filter(urne__scrutin=scrutin).aggregate(d=Max("faite_le"))["d"]
    return instant - (dernier or scrutin.clos_le) > ARRET


def est_depouille(scrutin: Scrutin) -> bool:
    """Whether every box has its result."""
    return not scrutin.urnes.exclude(evenements__type=Evenement.Type.RESULT).exists()
