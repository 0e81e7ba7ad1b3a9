"""Standing for a section: by oneself, or proposed by the secretary and accepted by each person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from delegues.actes.engagements import prendre_l_engagement
from delegues.eligibilite import criteres
from delegues.fichiers import nettoyer_photo
from delegues.formes import defaut_de_forme
from delegues.incompatibilites import incompatibilites_de
from delegues.models import Campagne, Candidature, Designation, Liste
from delegues.regles import exiger_calendrier
from refondation.journal.actes import journaliser
from refondation.membres.models import Adherent, Compte
from refondation.membres.regles import ActeImpossible, exiger, refus_de_la_base


def se_porter_candidat(
    *,
    designation: Designation,
    par: Compte,
    empreinte: str = "",
    profession: str = "",
    nom: str = "",
    avec: Sequence[Adherent] = (),
    instant: datetime | None = None,
) -> Candidature:
    """Stand in one's own section, alone or with others (`avec`: the other half of a duo, the rest of a list).

    `empreinte` is that of the commitment that was shown, which the click accepts.  Alone, the
    candidacy stands at once; with others, when each has accepted, and each gets a mail after commit.
    Raises `ActeImpossible`: `sans_adhesion`, the calendar's, `eligibilite`, `incompatible`,
    `engagement`, `gouvernance`, `forme`, `sans_adresse`, `candidature_active_unique`, `proposition`.
    """
    instant = instant or timezone.now()
    if par.adherent_id is None:
        raise ActeImpossible(
            "Votre compte n'est relié à aucune adhésion. Connectez-vous avec votre numéro d'adhérent·e.",
            code="sans_adhesion",
        )
    with transaction.atomic():
        designation, adherents = verrouiller(designation, [par.adherent, *avec])
        campagne = designation.campagne
        exiger_calendrier(campagne, "candidater", instant)
        _refuser_si_deja_candidat(campagne, adherents[0])
        exiger_une_forme(designation, adherents, nom)
        for adherent in adherents:
            exiger_eligible(adherent, designation, lui_meme=adherent.pk == par.adherent_id)
        liste, candidatures = _inscrire(designation, adherents, nom=nom, par=par, instant=instant)
        mienne = accepter(candidatures[0], empreinte=empreinte, profession=profession, instant=instant)
        deposer_si_complete(liste, instant)
        journaliser(
            acte="delegues.candidater",
            par=par,
            objet=liste,
            instant=instant,
            details={"candidature": mienne.pk, "avec": [c.pk for c in candidatures[1:]]},
        )
    return mienne


def proposer_candidature(
    *,
    designation: Designation,
    adherents: Sequence[Adherent],
    par: Compte,
    nom: str = "",
    instant: datetime | None = None,
) -> Liste:
    """The secretary proposes one person, a duo or a list; nobody stands before accepting.

    Each gets a mail after commit.  Refusals: those of `se_porter_candidat` about forms and persons.
    """
    instant = instant or timezone.now()
    exiger(par, "delegues.conduire", designation)
    with transaction.atomic():
        designation, adherents = verrouiller(designation, adherents)
        exiger_calendrier(designation.campagne, "proposer", instant)
        exiger_une_forme(designation, adherents, nom)
        for adherent in adherents:
            exiger_eligible(adherent, designation, au_secretaire=True)
        liste, candidatures = _inscrire(designation, adherents, nom=nom, par=par, instant=instant)
        journaliser(
            acte="delegues.proposer",
            par=par,
            objet=liste,
            instant=instant,
            details={"candidatures": [c.pk for c in candidatures]},
        )
    return liste


def presenter_ma_candidature(
    *,
    candidature: Candidature,
    profession: str,
    par: Compte,
    photo: UploadedFile | None = None,
    retirer_la_photo: bool = False,
    instant: datetime | None = None,
) -> Candidature:
    """Rewrite one's statement, put a photo (encoded again, without metadata) or take it away.

    Until candidacies close: afterwards, what voters read no longer changes.  Refuses somebody
    else's (`interdit`), one that no longer stands (`etat`) and files that are no photo.
    """
    instant = instant or timezone.now()
    propre = nettoyer_photo(photo) if photo else None
    with transaction.atomic():
        candidature = (
            Candidature.objects.select_for_update(of=("self",)).avec_leur_monde().get(pk=candidature.pk)
        )
        exiger_la_personne(candidature, par)
        exiger_calendrier(candidature.campagne, "candidater", instant)
        if candidature.etat != Candidature.Etat.ACCEPTEE:
            raise ActeImpossible(
                f"Cette candidature est « {candidature.get_etat_display().lower()} » : elle ne change plus.",
                code="etat",
            )
        candidature.profession = texte_admis(profession)
        if propre is not None or retirer_la_photo:
            effacer_la_photo(candidature)
        if propre is not None:
            candidature.photo = propre.fichier()
        candidature.save(update_fields=["profession", "photo"])
        journaliser(
            acte="delegues.presenter",
            par=par,
            objet=candidature.liste,
            instant=instant,
            details={"candidature": candidature.pk, "photo": propre.empreinte if propre else ""},
        )
    return candidature


def effacer_la_photo(candidature: Candidature) -> None:
    """Inside an act that saves `photo`: nothing of it is left, not even on the disk once the act is done."""
    if candidature.photo:
        nom, depot = candidature.photo.name, candidature.photo.storage
        transaction.on_commit(lambda: depot.delete(nom))
        candidature.photo = ""


# --- What every way of standing asks -----------------------------------------------------------------


def exiger_la_personne(candidature: Candidature, par: Compte) -> None:
    if par.adherent_id is None or par.adherent_id != candidature.adherent_id:
        raise ActeImpossible("Cette candidature est celle d'une autre personne.", code="interdit", statut=403)


def exiger_eligible(
    adherent: Adherent, designation: Designation, *, lui_meme: bool = False, au_secretaire: bool = False
) -> None:
    """Refuse who may not stand.

    Oneself is told the first reason, the facts and the remedy; the secretary, who reads the
    register, the reason; another member, nothing of somebody else's file.
    """
    manques = [c for c in criteres(adherent, designation.campagne, designation.section) if not c.rempli]
    blocages = [e for e in incompatibilites_de(adherent, designation.campagne) if e.bloque]
    if not manques and not blocages:
        return
    code = "eligibilite" if manques else "incompatible"
    if not lui_meme and not au_secretaire:
        raise ActeImpossible(
            f"{adherent.prenom} {adherent.nom} ne peut pas être candidat·e ici. "
            "La page « Puis-je être candidat·e ? » lui dira pourquoi.",
            code=code,
        )
    if manques:
        raison = f"Il manque ceci : {manques[0].libelle}"
        details = f" {manques[0].explication} {manques[0].remede}"
    else:
        raison = f"Incompatibilité : {blocages[0].incompatibilite} ({blocages[0].incompatibilite.fondement})."
        details = f" {blocages[0].constat}"
    if lui_meme:
        raise ActeImpossible(f"Vous ne pouvez pas être candidat·e ici. {raison}{details}", code=code)
    raise ActeImpossible(f"{adherent.prenom} {adherent.nom} ne peut pas être candidat·e. {raison}", code=code)


def exiger_une_forme(designation: Designation, adherents: Sequence[Adherent], nom: str) -> None:
    """Refuse what is not a person, a duo or a list, as the campaign asks, and who could not answer."""
    if len({a.pk for a in adherents}) < len(adherents):
        raise ActeImpossible("La même personne est citée deux fois.", code="forme", statut=400)
    defaut = defaut_de_forme(designation.campagne, designation.sieges, [a.genre for a in adherents], nom)
    if defaut:
        raise ActeImpossible(defaut, code="forme", statut=400)
    sans = next((a for a in adherents if not a.courriel), None)
    if sans is not None:
        raise ActeImpossible(
            f"Le registre n'a pas d'adresse électronique pour {sans.prenom} {sans.nom}, qui ne pourrait pas "
            "accepter. Faites-la ajouter par la fédération, puis revenez.",
            code="sans_adresse",
        )


def texte_admis(profession: str) -> str:
    """The statement with plain line ends; refused when it is longer than the field says (`texte`)."""
    texte = profession.replace("\r\n", "\n").strip()
    maximum = Candidature._meta.get_field("profession").max_length
    if len(texte) > maximum:
        raise ActeImpossible(
            f"Votre texte a {len(texte)} signes : la limite est de {maximum}.", code="texte", statut=400
        )
    return texte


def accepter(candidature: Candidature, *, empreinte: str, profession: str, instant: datetime) -> Candidature:
    """Inside an act: this person stands, with the commitment whose fingerprint was shown."""
    prendre_l_engagement(
        campagne=candidature.campagne, adherent=candidature.adherent, empreinte=empreinte, instant=instant
    )
    candidature.etat, candidature.repondue_le = Candidature.Etat.ACCEPTEE, instant
    candidature.profession, candidature.jeton = texte_admis(profession), ""
    candidature.save(update_fields=["etat", "repondue_le", "profession", "jeton"])
    return candidature


def deposer_si_complete(liste: Liste, instant: datetime) -> None:
    """Inside an act: a list stands once each of those who remain on it has accepted."""
    restent = liste.candidatures.actives()
    if liste.etat == Liste.Etat.EN_ATTENTE and not restent.exclude(etat=Candidature.Etat.ACCEPTEE).exists():
        liste.etat, liste.deposee_le = Liste.Etat.DEPOSEE, instant
        liste.save(update_fields=["etat", "deposee_le"])


def verrouiller(
    designation: Designation, adherents: Sequence[Adherent]
) -> tuple[Designation, list[Adherent]]:
    """The designation first, then the members, read again: two requests for one person come one after the other."""
    designation = (
        Designation.objects.select_for_update(of=("self",))
        .select_related("campagne", "section__federation")
        .get(pk=designation.pk)
    )
    lus = {
        a.pk: a
        for a in Adherent.objects.select_for_update(of=("self",), no_key=True)
        .select_related("section__federation")
        .filter(pk__in=[a.pk for a in adherents])
        .order_by("pk")
    }
    return designation, [lus[a.pk] for a in adherents]


def _refuser_si_deja_candidat(campagne: Campagne, adherent: Adherent) -> None:
    existante = Candidature.objects.actives().filter(campagne=campagne, adherent=adherent).first()
    if existante is None:
        return
    if existante.etat == Candidature.Etat.PROPOSEE:
        raise ActeImpossible(
            "Une proposition de candidature vous attend déjà. Acceptez-la ou déclinez-la d'abord, "
            "sur la page « Ma candidature ».",
            code="proposition",
        )
    raise ActeImpossible(
        "Vous êtes déjà candidat·e dans cette campagne. Voyez la page « Ma candidature ».",
        code="candidature_active_unique",
    )


def _inscrire(
    designation: Designation, adherents: Sequence[Adherent], *, nom: str, par: Compte, instant: datetime
) -> tuple[Liste, list[Candidature]]:
    """The rows of a candidacy that nobody has accepted yet; the mails leave after commit."""
    from delegues import tasks

    liste = Liste.objects.create(designation=designation, nom=nom.strip(), proposee_par=par, creee_le=instant)
    try:
        with transaction.atomic():
            candidatures = [
                Candidature.objects.create(
                    campagne=designation.campagne, liste=liste, adherent=adherent, rang=place
                )
                for place, adherent in enumerate(adherents, 1)
            ]
    except IntegrityError as erreur:
        raise refus_de_la_base(erreur, Candidature) from erreur
    tasks.inviter_les_candidats.delay_on_commit(liste.pk)
    return liste, candidatures
