"""Counting a closed vote: slices re-verified in parallel, encrypted totals, trustees' parts, results.

Every step looks at what the base already holds and does the rest: a killed worker, a second
run or two workers at once change nothing.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from consultation.belenios import depouillement as protocole
from consultation.belenios.bulletins import Bulletin, BulletinInvalide, verifier_lot
from consultation.belenios.gardiens import lire_gardiens
from consultation.chaine import ajouter_evenement, election_de
from consultation.models import Evenement, Gardien, Scrutin, Tranche, Urne
from refondation.journal.actes import journaliser
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, ActeInterdit, exiger

# About two seconds of verification: small enough to lose little, large enough to share tables.
BULLETINS_PAR_TRANCHE = 100


def decouper(*, scrutin: Scrutin, par: Compte | None = None) -> int:
    """Cut the closed boxes into slices, once; how many slices there are.  Boxes without a ballot are summed at once.

    Asked by a person, it also takes again the slices where something was found: the box may have
    been restored since.
    """
    if par is not None:
        exiger(par, "consultation.depouiller", scrutin)
    with transaction.atomic():
        scrutin = Scrutin.objects.select_for_update(of=("self",)).get(pk=scrutin.pk)
        if scrutin.etat != Scrutin.Etat.CLOS:
            raise ActeImpossible("Le dépouillement commence quand le scrutin est clos.", code="etat")
        if not Tranche.objects.filter(urne__scrutin=scrutin).exists():
            # Height 0 is Setup and the head is EndBallots: ballots lie between.
            Tranche.objects.bulk_create(
                Tranche(urne=urne, debut=debut, fin=min(debut + BULLETINS_PAR_TRANCHE, urne.hauteur) - 1)
                for urne in scrutin.urnes.all()
                for debut in range(1, urne.hauteur, BULLETINS_PAR_TRANCHE)
            )
            journaliser(acte="consultation.depouiller", par=par, objet=scrutin)
        elif par is not None:
            reprises = (
                Tranche.objects.filter(urne__scrutin=scrutin)
                .exclude(defaut="")
                .update(defaut="", faite_le=None, somme=None, comptes=None)
            )
            journaliser(
                acte="consultation.depouiller", par=par, objet=scrutin, details={"reprises": reprises}
            )
    for urne in scrutin.urnes.filter(tranches=None):
        totaliser_urne(urne=urne)
    return Tranche.objects.filter(urne__scrutin=scrutin).count()


def verifier_une_tranche(*, scrutin: Scrutin, instant: datetime | None = None) -> Tranche | None:
    """Re-verify the ballots of one slice that nobody holds and store their sum; None when none is left.

    The slice stays locked while we work: a killed worker lets it go with its connection.
    """
    with transaction.atomic():
        tranche = (
            Tranche.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("urne")
            .filter(urne__scrutin=scrutin, faite_le=None)
            .order_by("pk")
            .first()
        )
        if tranche is None:
            return None
        bulletins = list(
            Evenement.objects.bulletins()
            .filter(urne=tranche.urne, hauteur__range=(tranche.debut, tranche.fin))
            .select_related("credentiel")
            .order_by("hauteur")
        )
        election = election_de(tranche.urne)
        verdicts = verifier_lot(election, [e.donnees[0].encode() for e in bulletins])
        defauts = [_defaut(e, v) for e, v in zip(bulletins, verdicts, strict=True)]
        if len(bulletins) != tranche.fin - tranche.debut + 1:
            defauts.insert(0, f"Il manque des bulletins entre les hauteurs {tranche.debut} et {tranche.fin}.")
        tranche.defaut = " ".join(filter(None, defauts))
        if not tranche.defaut:
            comptes = set(
                Evenement.objects.comptes()
                .filter(urne=tranche.urne, hauteur__range=(tranche.debut, tranche.fin))
                .values_list("pk", flat=True)
            )
            a_sommer = [v.cellules for e, v in zip(bulletins, verdicts, strict=True) if e.pk in comptes]
            tranche.somme = protocole.vers_json(protocole.somme(election, a_sommer))
            tranche.comptes = len(a_sommer)
        tranche.faite_le = instant or timezone.now()
        tranche.save(update_fields=["defaut", "somme", "comptes", "faite_le"])
    return tranche


def _defaut(evenement: Evenement, verdict: Bulletin | BulletinInvalide) -> str:
    """What is wrong with a stored ballot, by its tracker; "" when it is the one that was cast."""
    qui = f"Bulletin {evenement.suivi}, hauteur {evenement.hauteur}"
    if isinstance(verdict, BulletinInvalide):
        return f"{qui} : {verdict}"
    if verdict.empreinte != evenement.charge:
        return f"{qui} : il n'est plus celui qui a été déposé."
    if str(verdict.identifiant) != evenement.credentiel.cle:
        return f"{qui} : il porte un autre identifiant que celui enregistré."
    return ""


def totaliser_urne(*, urne: Urne) -> Urne:
    """Append the encrypted total once every slice of the box is sound; nothing to do otherwise.

    After the last box, the trustees are called.
    """
    from consultation import tasks

    with transaction.atomic():
        urne = Urne.objects.select_for_update(of=("self",)).select_related("scrutin").get(pk=urne.pk)
        tranches = list(urne.tranches.all())
        pretes = all(t.faite_le and not t.defaut for t in tranches)
        deja = urne.evenements.filter(type=Evenement.Type.ENCRYPTED_TALLY).exists()
        if urne.scrutin.etat != Scrutin.Etat.CLOS or not pretes or deja:
            return urne
        election = election_de(urne)
        total = protocole.somme(election, [protocole.depuis_json(t.somme) for t in tranches])
        comptes = sum(t.comptes for t in tranches)
        chiffre, dimensionne = protocole.chiffrer_total(total, nombre=comptes, poids=comptes)
        ajouter_evenement(urne, Evenement.Type.ENCRYPTED_TALLY, [chiffre.decode(), dimensionne.decode()])
        journaliser(
            acte="consultation.totaliser",
            par=None,
            objet=urne,
            details={"bulletins": comptes, "tete": urne.tete},
        )
        if not urne.scrutin.urnes.exclude(evenements__type=Evenement.Type.ENCRYPTED_TALLY).exists():
            tasks.prevenir_les_gardiens.delay_on_commit(urne.scrutin_id)
    return urne


def total_de(urne: Urne) -> Evenement:
    """The box's EncryptedTally event; `ActeImpossible` while it is not there."""
    evenement = urne.evenements.filter(type=Evenement.Type.ENCRYPTED_TALLY).first()
    if evenement is None:
        raise ActeImpossible(
            "Le total de cette urne n'est pas encore calculé. Revenez quand le dépouillement aura avancé.",
            code="pas_clos",
        )
    return evenement


def deposer_dechiffrement(*, urne: Urne, gardien: Gardien, octets: bytes, par: Compte) -> Urne:
    """Record a trustee's partial decryption after checking its proofs; the last one yields the box's result."""
    from consultation import tasks

    if gardien.compte_id != par.pk or gardien.scrutin_id != urne.scrutin_id:
        raise ActeInterdit("consultation.dechiffrer")
    election = election_de(urne)
    total = protocole.lire_total(election, total_de(urne).donnees[0].encode())
    try:
        protocole.verifier_dechiffrement(election, total, octets, int(gardien.cle["public_key"]))
    except ValueError as defaut:
        raise ActeImpossible(
            "Ce déchiffrement ne correspond pas à votre clé ou au total de l'urne. "
            "Vérifiez que le fichier est le bon et recommencez.",
            code="malforme",
            statut=400,
        ) from defaut
    with transaction.atomic():
        urne = Urne.objects.select_for_update(of=("self",)).select_related("scrutin").get(pk=urne.pk)
        if urne.scrutin.etat != Scrutin.Etat.CLOS:
            raise ActeImpossible("Ce scrutin n'attend pas de déchiffrement.", code="pas_clos")
        if urne.evenements.filter(gardien=gardien).exists():
            return urne
        texte = octets.decode()
        ajouter_evenement(
            urne,
            Evenement.Type.PARTIAL_DECRYPTION,
            [texte, protocole.part_signee(gardien.rang, texte)],
            gardien=gardien,
        )
        journaliser(acte="consultation.dechiffrer", par=par, objet=urne, details={"gardien": gardien.rang})
        parts = {
            e.gardien.rang: e.donnees[0].encode()
            for e in urne.evenements.filter(type=Evenement.Type.PARTIAL_DECRYPTION).select_related("gardien")
        }
        if len(parts) == urne.scrutin.gardiens.count():
            _conclure(urne, parts)
            tasks.conclure.delay_on_commit(urne.scrutin_id)
    return urne


def _conclure(urne: Urne, parts: dict[int, bytes]) -> None:
    election = election_de(urne)
    evenement = total_de(urne)
    total = protocole.lire_total(election, evenement.donnees[0].encode())
    mise_en_place = urne.evenements.get(type=Evenement.Type.SETUP)
    gardiens = lire_gardiens(mise_en_place.donnees[1].encode(), election.groupe)
    comptes = sum(urne.tranches.values_list("comptes", flat=True))
    resultat = protocole.resultat(election, gardiens, total, parts, comptes)
    ajouter_evenement(urne, Evenement.Type.RESULT, [protocole.resultat_json(resultat).decode()])
    journaliser(acte="consultation.resultat", par=None, objet=urne, details={"tete": urne.tete})
