"""Announcing: the roll is frozen, the boxes are made, nothing of the rules moves any more."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from consultation.actes.releve import relever_participation
from consultation.belenios.election import nouvel_uuid
from consultation.codes import nouveau_trousseau
from consultation.controle import empreinte_de_la_liste
from consultation.models import Rattachement, Scrutin, TrousseauDeCodes, Urne
from consultation.models.liste import College, avec_criteres
from consultation.regles import exiger_transition, heure
from consultation.urnes import Boite, EffectifInsuffisant, repartir
from refondation.journal.actes import journaliser
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible, exiger
from refondation.territoire.models import Federation, Section


def manques(scrutin: Scrutin, instant: datetime) -> list[str]:
    """What still keeps a draft from being announced, one French sentence each; the page's checklist."""
    defauts = []
    if scrutin.ouvre_le <= instant:
        defauts.append(f"L'ouverture ({heure(scrutin.ouvre_le)}) est passée : choisissez une date à venir.")
    if not scrutin.documents.exists():
        defauts.append("Il manque le document de cadrage.")
    if not scrutin.questions.exists():
        defauts.append("Il manque une question.")
    if scrutin.perimetre == Scrutin.Perimetre.FEDERATIONS and not scrutin.federations.exists():
        defauts.append("Choisissez au moins une fédération, ou le périmètre national.")
    gardiens = list(scrutin.gardiens.all())
    if not gardiens:
        defauts.append("Désignez au moins un·e gardien·ne de la clé.")
    defauts += [f"{g.nom} doit créer sa clé de dépouillement." for g in gardiens if g.cle is None]
    return defauts


def annoncer_scrutin(*, scrutin: Scrutin, par: Compte, instant: datetime | None = None) -> Scrutin:
    """Freeze the roll in one statement, make the boxes, publish the roll's fingerprint.

    After commit, tasks draw the voting codes and seal each box.  Refused while `manques` is not
    empty, or when a college is under the anonymity threshold.
    """
    from consultation import tasks

    instant = instant or timezone.now()
    exiger(par, "consultation.annoncer", scrutin)
    with transaction.atomic():
        scrutin = Scrutin.objects.select_for_update(of=("self",)).get(pk=scrutin.pk)
        vers = exiger_transition(scrutin, "annoncer")
        defauts = manques(scrutin, instant)
        if defauts:
            raise ActeImpossible(" ".join(defauts), code="incomplet")
        figer_liste(scrutin)
        urnes = _creer_urnes(scrutin, instant)
        publique, privee_scellee = nouveau_trousseau()
        TrousseauDeCodes.objects.create(scrutin=scrutin, publique=publique, privee_scellee=privee_scellee)
        scrutin.liste_empreinte = empreinte_de_la_liste(scrutin)
        scrutin.document_fige = scrutin.documents.first()
        scrutin.etat, scrutin.annonce_le = vers, instant
        scrutin.save()
        relever_participation(scrutin=scrutin, instant=instant)
        journaliser(
            acte="consultation.annoncer",
            par=par,
            objet=scrutin,
            instant=instant,
            details={
                "liste": scrutin.liste_empreinte,
                "document": scrutin.document_fige.empreinte,
                "urnes": len(urnes),
                "inscrits": sum(u.inscrits for u in urnes),
            },
        )
        for urne in urnes:
            tasks.preparer_urne.delay_on_commit(urne.pk)
    return scrutin


def deplacer_dates(
    *, scrutin: Scrutin, ouvre_le: datetime, ferme_le: datetime, par: Compte, instant: datetime | None = None
) -> Scrutin:
    """Move the window of a vote that has not opened."""
    instant = instant or timezone.now()
    exiger(par, "consultation.deplacer_dates", scrutin)
    with transaction.atomic():
        scrutin = Scrutin.objects.select_for_update(of=("self",)).get(pk=scrutin.pk)
        if scrutin.etat not in (Scrutin.Etat.BROUILLON, Scrutin.Etat.ANNONCE):
            raise ActeImpossible("Le scrutin est ouvert : ses dates ne changent plus.", code="etat")
        if not instant < ouvre_le < ferme_le:
            raise ActeImpossible(
                "L'ouverture doit être à venir, et la fermeture après l'ouverture.", code="dates", statut=400
            )
        avant = [scrutin.ouvre_le.isoformat(), scrutin.ferme_le.isoformat()]
        scrutin.ouvre_le, scrutin.ferme_le = ouvre_le, ferme_le
        scrutin.save(update_fields=["ouvre_le", "ferme_le"])
        journaliser(
            acte="consultation.deplacer_dates",
            par=par,
            objet=scrutin,
            instant=instant,
            details={"avant": avant, "apres": [ouvre_le.isoformat(), ferme_le.isoformat()]},
        )
    return scrutin


COLONNES = ("scrutin_id", "adherent_id", "section_id", "college", "motifs")


def lignes_de_la_liste(scrutin: Scrutin) -> tuple[str, tuple[Any, ...]]:
    """The eligibility query as SQL and its parameters: one line, in the order of `COLONNES`, for each member."""
    lignes = avec_criteres(Adherent.objects.order_by(), scrutin).values_list(
        "pk", "section_id", "college", "motifs"
    )
    selection, parametres = lignes.query.sql_with_params()
    return f"SELECT %s, l.* FROM ({selection}) l", (scrutin.pk, *parametres)  # noqa: S608


def figer_liste(scrutin: Scrutin) -> int:
    """INSERT … SELECT of the eligibility query; the number of lines, on the roll or kept off it."""
    selection, parametres = lignes_de_la_liste(scrutin)
    with connection.cursor() as curseur:
        # For the trigger, which checks all the lines at once: its hashes stay in memory.
        curseur.execute("SET LOCAL work_mem = '64MB'")
        curseur.execute(
            f"INSERT INTO consultation_inscription ({', '.join(COLONNES)}) {selection}",
            parametres,
        )
        return curseur.rowcount


def _creer_urnes(scrutin: Scrutin, instant: datetime) -> list[Urne]:
    with connection.cursor() as curseur:
        curseur.execute(
            """
            SELECT i.college, i.section_id, s.federation_id, count(*)
            FROM consultation_inscription i JOIN territoire_section s ON s.id = i.section_id
            WHERE i.scrutin_id = %s AND i.motifs = 0 GROUP BY 1, 2, 3
            """,
            [scrutin.pk],
        )
        effectifs: dict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
        for college, section, federation, nombre in curseur.fetchall():
            effectifs[college][section] = (federation, nombre)
    if College.DELIBERATIF not in effectifs:
        raise ActeImpossible(
            "Aucun·e adhérent·e ne remplit les critères : la liste est vide.", code="liste_vide"
        )
    urnes, rattachements = [], []
    federations, sections = Federation.objects.in_bulk(), Section.objects.in_bulk()
    for college, par_section in sorted(effectifs.items()):
        try:
            boites = repartir(par_section, maillage=scrutin.maillage, seuil=scrutin.seuil)
        except EffectifInsuffisant as defaut:
            raise ActeImpossible(
                f"{College(college).label} : {defaut.inscrits} inscrit·es, moins que le seuil d'anonymat "
                f"({scrutin.seuil}). Élargissez le périmètre ou les critères.",
                code="seuil",
            ) from defaut
        for boite in boites:
            urne = Urne(
                scrutin=scrutin,
                uuid=nouvel_uuid(),
                nom=_nom(boite, college, federations, sections),
                niveau=boite.niveau,
                federation_id=boite.federation,
                section_id=boite.section,
                college=college,
                inscrits=boite.inscrits,
                # The day, not the second: the archive dates nothing finer than the announcement.
                horodatage=int(instant.timestamp()) // 86400 * 86400,
            )
            urnes.append(urne)
            rattachements += [
                Rattachement(
                    scrutin=scrutin, section_id=s, college=college, urne=urne, inscrits=par_section[s][1]
                )
                for s in boite.sections
            ]
    Urne.objects.bulk_create(urnes)
    Rattachement.objects.bulk_create(rattachements, batch_size=5000)
    return urnes


def _nom(boite: Boite, college: str, federations: dict[int, Federation], sections: dict[int, Section]) -> str:
    if boite.section is not None:
        nom = f"Section de {sections[boite.section].nom} ({federations[boite.federation].nom})"
    elif boite.federation is not None:
        nom = f"Fédération {federations[boite.federation]}"
    else:
        nom = "Urne nationale"
    return nom if college == College.DELIBERATIF else f"{nom} – voix consultatives"
