"""What a section has to do, in order: each line with its state in words, its deadline and where to do it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from delegues.designes import regles_de
from delegues.models import Designation, Liste, ProcesVerbal
from delegues.parite import FEMME, HOMME, combien, minimum
from delegues.regles import est_possible
from refondation.interface.formats import moment

FAIT, A_FAIRE, PLUS_TARD, EN_RETARD, ATTENTE = "fait", "a-faire", "plus-tard", "en-retard", "attente"
AU_BESOIN = "au-besoin"
MOTS = {
    FAIT: "Fait",
    A_FAIRE: "À faire",
    PLUS_TARD: "Plus tard",
    EN_RETARD: "Délai passé",
    ATTENTE: "En attente",
    AU_BESOIN: "Au besoin",
}


@dataclass(frozen=True)
class Tache:
    """One line; `action` is the words of its link or button, "" when there is nothing to press."""

    titre: str
    etat: str
    phrase: str
    url: str = ""
    action: str = ""
    poste: bool = False

    @property
    def mot(self) -> str:
        return MOTS[self.etat]


def taches(
    designation: Designation,
    proces_verbal: ProcesVerbal | None,
    listes: Sequence[Liste],
    *,
    instant: datetime,
) -> list[Tache]:
    """The to-do list of a section that holds an assembly; `proces_verbal`: the one under way, else in force."""
    return [
        _convoquer(designation, proces_verbal, instant),
        _candidatures(designation, listes, instant),
        _imprimer(designation),
        _rediger(designation, proces_verbal, instant),
        _signer(designation, proces_verbal, instant),
        _controle(designation),
    ]


def taches_en_ligne(
    designation: Designation,
    proces_verbal: ProcesVerbal | None,
    listes: Sequence[Liste],
    *,
    instant: datetime,
) -> list[Tache]:
    """The same where members vote online: the votes come from the box, nobody types them."""
    return [
        _candidatures(designation, listes, instant),
        _voter(designation, proces_verbal),
        _signer(designation, proces_verbal, instant),
        _controle(designation),
    ]


def _adresse(nom: str, designation: Designation) -> str:
    return reverse(f"delegues:{nom}", args=[designation.campagne.slug, designation.section.code])


def _voter(d: Designation, proces_verbal: ProcesVerbal | None) -> Tache:
    titre, url = "Voter en ligne", _adresse("en_ligne", d)
    if proces_verbal:
        phrase = "Le résultat du scrutin est reporté dans le procès-verbal, sans recopie."
        return Tache(titre, FAIT, phrase, url, "Voir le vote en ligne")
    if d.scrutin_id and d.scrutin.etat == d.scrutin.Etat.PUBLIE:
        phrase = "Le résultat est publié : le procès-verbal se remplit avec lui, sans recopie."
        return Tache(titre, A_FAIRE, phrase, url, "Commencer le procès-verbal")
    phrase = (
        "Le scrutin de la section s'ouvre et se ferme à ses dates. Son résultat viendra ici, sans recopie."
    )
    return Tache(titre, ATTENTE, phrase, url, "Voir le vote en ligne")


def _convoquer(d: Designation, pv: ProcesVerbal | None, instant: datetime) -> Tache:
    titre = "Convoquer l'assemblée"
    ouvert = est_possible(d.campagne, "convoquer", instant)
    url = _adresse("convoquer", d)
    if d.convoquee_le:
        phrase = (
            f"L'assemblée se tient le {moment(d.assemblee_le)}, {d.lieu}. Les membres ont reçu un courriel."
        )
        change = ouvert and not d.est_tenue(instant)
        return Tache(
            titre, FAIT, phrase, url if change else "", "Changer la date ou le lieu" if change else ""
        )
    if ouvert and pv is not None:
        phrase = "Le procès-verbal est commencé. Convoquez si l'assemblée n'a pas encore eu lieu."
        return Tache(titre, AU_BESOIN, phrase, url, "Convoquer l'assemblée")
    if ouvert:
        phrase = f"Date, lieu, ordre du jour : à faire avant le {moment(d.campagne.assemblees_au)}."
        return Tache(titre, A_FAIRE, phrase, url, "Convoquer l'assemblée")
    if instant < d.campagne.candidatures_du:
        return Tache(titre, PLUS_TARD, f"À partir du {moment(d.campagne.candidatures_du)}.")
    return Tache(
        titre,
        EN_RETARD,
        "Elle n'a pas été convoquée d'ici. Son procès-verbal se note quand même.",
    )


def _candidatures(d: Designation, listes: Sequence[Liste], instant: datetime) -> Tache:
    titre = f"Réunir les candidatures : {d.sieges} délégué·e{'s' if d.sieges > 1 else ''} à désigner"
    phrases = [
        f"{len(listes)} candidature{'s' if len(listes) > 1 else ''} déposée{'s' if len(listes) > 1 else ''}."
    ]
    phrases += ce_qui_manque_aux_candidatures(d, listes)
    url, action = _adresse("candidatures", d), "Voir les candidatures"
    if instant < d.campagne.candidatures_du:
        return Tache(titre, PLUS_TARD, f"À partir du {moment(d.campagne.candidatures_du)}.")
    if instant < d.campagne.candidatures_au:
        phrases.append(f"Le dépôt est ouvert jusqu'au {moment(d.campagne.candidatures_au)}.")
        return Tache(titre, A_FAIRE, " ".join(phrases), url, action)
    return Tache(titre, FAIT if listes else EN_RETARD, " ".join(phrases), url, action)


def ce_qui_manque_aux_candidatures(d: Designation, listes: Sequence[Liste]) -> list[str]:
    """What keeps the candidacies from filling the seats, or from meeting parity, in words."""
    genres = [c.adherent.genre for liste in listes for c in liste.candidates]
    phrases = []
    if len(genres) < d.sieges:
        n = d.sieges - len(genres)
        phrases.append(f"Il manque {n} personne{'s' if n > 1 else ''} pour pourvoir tous les sièges.")
    autres = sum(g not in (FEMME, HOMME) for g in genres)
    attendus = minimum(regles_de(d), max(0, d.sieges - autres))
    for genre in (FEMME, HOMME):
        n = attendus - genres.count(genre)
        if n > 0:
            phrases.append(
                f"Pour la parité, il manque {combien(n, genre)} parmi les candidatures. Sans elles, les places "
                "iront aux suivantes par les voix, et le procès-verbal le dira."
            )
    return phrases


def _imprimer(d: Designation) -> Tache:
    return Tache(
        "Imprimer la feuille de présence",
        AU_BESOIN,
        "Elle porte les noms de la liste et des lignes vides. Utile si la salle n'a ni réseau ni prise.",
        _adresse("feuille_de_presence", d),
        "Ouvrir la feuille (PDF)",
    )


def _rediger(d: Designation, pv: ProcesVerbal | None, instant: datetime) -> Tache:
    titre = "Rédiger le procès-verbal"
    if pv is not None and pv.etat == ProcesVerbal.Etat.BROUILLON:
        avant = d.campagne.controle_au if pv.rectifie_id else d.campagne.enregistrement_au
        phrase = f"Commencé, à finir et à signer avant le {moment(avant)}."
        if pv.renvoi:
            phrase = f"Renvoyé par la ou le second signataire : « {pv.renvoi} » {phrase}"
        return Tache(titre, A_FAIRE, phrase, pv.get_absolute_url(), "Continuer le procès-verbal")
    if pv is not None:
        return Tache(titre, FAIT, "Il est rédigé.", pv.get_absolute_url(), "Lire le procès-verbal")
    if est_possible(d.campagne, "rediger", instant):
        return Tache(
            titre,
            A_FAIRE,
            f"Pendant l'assemblée ou après, avant le {moment(d.campagne.enregistrement_au)}. Chaque étape est gardée.",
            _adresse("commencer", d),
            "Commencer le procès-verbal",
            poste=True,
        )
    if instant < d.campagne.assemblees_du:
        return Tache(titre, PLUS_TARD, f"À partir du {moment(d.campagne.assemblees_du)}.")
    return Tache(
        titre, EN_RETARD, f"La rédaction est close depuis le {moment(d.campagne.enregistrement_au)}."
    )


def _signer(d: Designation, pv: ProcesVerbal | None, instant: datetime) -> Tache:
    titre = "Faire signer le procès-verbal"
    if pv is None or pv.etat == ProcesVerbal.Etat.BROUILLON:
        if instant >= d.campagne.enregistrement_au and not (pv and pv.rectifie_id):
            return Tache(
                titre, EN_RETARD, f"La signature est close depuis le {moment(d.campagne.enregistrement_au)}."
            )
        return Tache(titre, PLUS_TARD, "Vous, puis la ou le second signataire, depuis son propre compte.")
    if pv.etat == ProcesVerbal.Etat.A_CONTRESIGNER:
        second = pv.contresignataire
        phrase = f"{second.prenom} {second.nom} a reçu un courriel et doit signer à son tour."
        return Tache(titre, ATTENTE, phrase, pv.get_absolute_url(), "Voir où il en est")
    return Tache(
        titre,
        FAIT,
        f"Signé par deux personnes le {moment(pv.verrouille_le)}, sous le numéro {pv.numero}.",
        pv.get_absolute_url(),
        "Lire le procès-verbal",
    )


def _controle(d: Designation) -> Tache:
    etat, phrase = {
        Designation.Etat.ATTENDUE: (PLUS_TARD, "La commission reçoit le procès-verbal dès qu'il est signé."),
        Designation.Etat.RECUE: (ATTENTE, "Reçu. Deux membres de la commission de récolement doivent se prononcer."),
        Designation.Etat.INCOMPLETE: (A_FAIRE, "La commission demande un complément : rectifiez le procès-verbal."),
        Designation.Etat.CONTESTEE: (ATTENTE, "La désignation est contestée. Vous pouvez répondre dans le dossier."),
        Designation.Etat.VALIDEE: (FAIT, "La commission a validé la désignation."),
        Designation.Etat.REJETEE: (A_FAIRE, "La commission a rejeté la désignation : lisez ses motifs."),
    }[Designation.Etat(d.etat)]  # fmt: skip
    recu = d.etat != Designation.Etat.ATTENDUE
    return Tache(
        "Contrôle", etat, phrase, _adresse("dossier", d) if recu else "", "Lire le dossier" if recu else ""
    )
