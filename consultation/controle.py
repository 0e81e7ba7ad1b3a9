"""What the control commission can check at any time: chains, counts, roll; and how far counting has come."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from consultation.belenios.archive import evenement_json
from consultation.chaine import hexa
from consultation.models import Evenement, Scrutin, Tranche, Urne

# Counting that shows no progress for this long has lost its workers: it is started again.
ARRET = timedelta(seconds=60)


def defauts(scrutin: Scrutin) -> list[str]:
    """Everything wrong with an announced vote, in French; empty when all holds."""
    from consultation.actes.annonce import empreinte_de_la_liste

    trouves = []
    if empreinte_de_la_liste(scrutin) != scrutin.liste_empreinte:
        trouves.append("La liste électorale n'est plus celle de l'annonce.")
    for urne in scrutin.urnes.all():
        defaut = defaut_de_la_chaine(urne)
        if defaut:
            trouves.append(f"{urne.nom} : {defaut}")
    comptages = scrutin.urnes.annotate(
        signatures=Count("emargements", distinct=True),
        votants=Count("evenements__credentiel", distinct=True),
    ).values_list("nom", "signatures", "votants", "emarges", "credentiels_utilises")
    for nom, signatures, votants, emarges, utilises in comptages:
        if not signatures == votants == emarges == utilises:
            trouves.append(f"{nom} : {signatures} émargements pour {votants} identifiants qui ont voté.")
    return trouves


def defaut_de_la_chaine(urne: Urne) -> str:
    """The first break of a box's chain, in words; empty when every hash and link is right."""
    tete, hauteur = "", -1
    for e in Evenement.objects.filter(urne=urne).order_by("hauteur").iterator(chunk_size=500):
        hauteur += 1
        charge = hexa(e.donnees[-1]) if e.donnees else ""
        texte = evenement_json(tete or None, hauteur, e.type, charge or None)
        tete = hashlib.sha256(texte).hexdigest()
        if (e.hauteur, e.charge, e.empreinte) != (hauteur, charge, tete):
            return f"l'événement {hauteur} a été altéré."
    if (urne.tete, urne.hauteur) != (tete, hauteur):
        return "la fin de la chaîne manque ou a été altérée."
    return ""


def avancement(scrutin: Scrutin) -> dict[str, int]:
    """Counting in figures: slices done and to do, boxes summed, parts received, boxes with a result, defects."""
    tranches = Tranche.objects.filter(urne__scrutin=scrutin).aggregate(
        tranches=Count("pk"), faites=Count("pk", filter=Q(faite_le__isnull=False)), defauts=Count("pk", filter=~Q(defaut=""))
    )
    types = Evenement.objects.filter(urne__scrutin=scrutin).aggregate(
        totaux=Count("pk", filter=Q(type=Evenement.Type.ENCRYPTED_TALLY)),
        parts=Count("pk", filter=Q(type=Evenement.Type.PARTIAL_DECRYPTION)),
        resultats=Count("pk", filter=Q(type=Evenement.Type.RESULT)),
    )
    return {**tranches, **types, "urnes": scrutin.urnes.count(), "gardiens": scrutin.gardiens.count()}


def depouillement_arrete(scrutin: Scrutin, instant: datetime) -> bool:
    """Whether slices wait and none was finished for `ARRET`."""
    totalisees = scrutin.urnes.filter(evenements__type=Evenement.Type.ENCRYPTED_TALLY).count()
    if totalisees == scrutin.urnes.count():
        return False
    dernier = Tranche.objects.filter(urne__scrutin=scrutin).aggregate(d=Max("faite_le"))["d"]
    return instant - (dernier or scrutin.clos_le) > ARRET
