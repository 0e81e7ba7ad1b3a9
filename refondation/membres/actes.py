"""What can be done with accounts and mandates: log in, open, close, appoint, end."""

from __future__ import annotations

import hmac
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from refondation.journal.actes import journaliser
from refondation.membres import codes
from refondation.membres.models import Adherent, Compte, DemandeDeCode, Mandat, date_du_jour
from refondation.membres.regles import ActeImpossible, exiger
from refondation.territoire.models import Federation, Section

# --- Log-in codes: traces of private life, erased within minutes, hence never in the journal ----


def demander_un_code(*, saisie: str, instant: datetime, remplace: UUID | None = None) -> DemandeDeCode:
    """Record that a session asks for a code for `saisie` (normalised), and have the mail sent.

    Nobody is looked up here, so that nothing in the answer depends on who exists.  `remplace`
    is the session's former request: its codes die at once.
    """
    from refondation.membres.tasks import envoyer_codes

    with transaction.atomic():
        DemandeDeCode.objects.filter(cle=remplace).delete()
        demande = DemandeDeCode.objects.create(
            saisie=saisie, demandee_le=instant, expire_le=instant + codes.DUREE_DU_CODE
        )
        envoyer_codes.delay_on_commit(str(demande.cle))
    return demande


def envoyer_les_codes(*, cle: UUID, instant: datetime) -> int:
    """Draw and send the codes of a request, and return how many people it reached (0: nobody).

    One mail, with one code for each person who shares the address.  What had been typed is
    erased, and so are all expired requests.  Runs again without harm until the mail is out:
    when sending fails nothing is written.
    """
    with transaction.atomic():
        DemandeDeCode.objects.perimees(instant=instant).delete()
        demande = DemandeDeCode.objects.select_for_update().exclude(saisie="").filter(cle=cle).first()
        if demande is None:
            return 0
        personnes = codes.personnes_de(demande.saisie)
        nommees = personnes if len(personnes) <= codes.PERSONNES_PAR_ADRESSE else []
        tires = codes.tirer_codes(len(nommees))
        demande.codes = [
            {_genre(personne): personne.pk, "empreinte": codes.empreinte_du_code(cle, code)}
            for personne, code in zip(nommees, tires, strict=True)
        ]
        demande.saisie = ""
        demande.save(update_fields=["codes", "saisie"])
        if personnes:
            premiere = personnes[0]
            codes.courriel(
                "connexion",
                premiere.courriel if isinstance(premiere, Adherent) else premiere.email,
                {
                    "codes": [
                        {"personne": personne, "code": f"{code[:3]} {code[3:]}"}
                        for personne, code in zip(nommees, tires, strict=True)
                    ],
                    "demandee_le": demande.demandee_le,
                    "minutes": codes.MINUTES_DU_CODE,
                },
            ).send()
    return len(personnes)


def _genre(personne: Adherent | Compte) -> str:
    return "adherent" if isinstance(personne, Adherent) else "compte"


def reconnaitre_le_code(*, cle: UUID, code: str, instant: datetime) -> Compte:
    """Spend one attempt of a request; return the account that `code` opens, opening it if need be.

    A code serves once.  Raises `ActeImpossible`: `code_perime` when the request is unknown,
    spent or older than fifteen minutes; `code_faux` when attempts are left; `code_epuise` at the
    third failure, which destroys the request.  The count is kept although the act fails.
    """
    echec: ActeImpossible
    with transaction.atomic():
        demande = DemandeDeCode.objects.valables(instant=instant).select_for_update().filter(cle=cle).first()
        if demande is None:
            raise ActeImpossible(
                "Ce code n'est plus valable : il a servi, ou quinze minutes ont passé. Demandez-en un autre.",
                code="code_perime",
                statut=410,
            )
        empreinte = codes.empreinte_du_code(cle, code)
        trouves = [c for c in demande.codes if hmac.compare_digest(c["empreinte"], empreinte)]
        if trouves:
            compte = _compte_reconnu(trouves[0])
            if compte is not None:
                demande.delete()
                return compte
        demande.essais += 1
        if demande.essais < DemandeDeCode.ESSAIS_ADMIS:
            demande.save(update_fields=["essais"])
            restants = DemandeDeCode.ESSAIS_ADMIS - demande.essais
            echec = ActeImpossible(
                "Ce code n'est pas le bon. Vérifiez le dernier message reçu : "
                f"il vous reste {restants} essai{'s' if restants > 1 else ''}.",
                code="code_faux",
                statut=422,
            )
        else:
            demande.delete()
            echec = ActeImpossible(
                "Trois essais sans le bon code : il est annulé. Demandez-en un autre.",
                code="code_epuise",
                statut=410,
            )
    raise echec


def _compte_reconnu(trouve: dict) -> Compte | None:
    """The account that a code designates, unless its holder left since the mail was sent."""
    if "adherent" in trouve:
        adherent = Adherent.objects.presents().filter(pk=trouve["adherent"]).first()
        compte = ouvrir_compte(adherent=adherent) if adherent else None
    else:
        compte = Compte.objects.filter(pk=trouve["compte"]).first()
    return compte if compte is not None and compte.est_presente else None


# --- Accounts -------------------------------------------------------------------------------


def ouvrir_compte(*, adherent: Adherent, par: Compte | None = None) -> Compte:
    """Return the account of a present member, opened now if there is none, named after the register.

    `par` is None at the member's own first log-in.  Raises `ActeImpossible` (`adherent_sorti`).
    """
    with transaction.atomic():
        adherent = Adherent.objects.select_for_update(of=("self",)).get(pk=adherent.pk)
        if adherent.sorti_le is not None:
            raise ActeImpossible(
                "Cette personne n'est plus au registre : aucun compte ne peut lui être ouvert. "
                "Si c'est une erreur, la fédération corrige le registre.",
                code="adherent_sorti",
            )
        compte = Compte.objects.filter(adherent=adherent).first()
        nom = f"{adherent.prenom} {adherent.nom}"
        if compte is not None:
            if (compte.nom, compte.email) != (nom, adherent.courriel):
                compte.nom, compte.email = nom, adherent.courriel
                compte.save(update_fields=["nom", "email"])
            return compte
        compte = Compte(adherent=adherent, nom=nom, email=adherent.courriel)
        compte.set_unusable_password()
        compte.save(force_insert=True)
        journaliser(acte="membres.ouvrir_compte", par=par, objet=compte, details={"numero": adherent.numero})
    return compte


def ouvrir_compte_hors_registre(*, courriel: str, nom: str, par: Compte | None) -> Compte:
    """Return the account of somebody who works here without being a member, opened now if there is none.

    Raises `ActeImpossible` (`au_registre`) when a present member has this address: a member is
    known by the number.  `par` is None at the server's terminal.
    """
    if par is not None:
        exiger(par, "membres.nommer")
    courriel = codes.normaliser(courriel)
    with transaction.atomic():
        if Adherent.objects.presents().filter(courriel=courriel).exists():
            raise ActeImpossible(
                "Cette adresse est celle d'une personne du registre. Donnez plutôt son numéro.",
                code="au_registre",
            )
        compte = Compte.objects.filter(adherent=None, email=courriel).first()
        if compte is None:
            compte = Compte(email=courriel, nom=nom)
            compte.set_unusable_password()
            compte.save(force_insert=True)
            journaliser(acte="membres.ouvrir_compte", par=par, objet=compte)
    return compte


def fermer_les_sessions(*, compte: Compte) -> None:
    """Log `compte` out everywhere, this session included; open log-in codes are left to expire."""
    with transaction.atomic():
        compte.set_unusable_password()
        compte.save(update_fields=["password"])
        journaliser(acte="membres.fermer_les_sessions", par=compte, objet=compte)


# --- Mandates -------------------------------------------------------------------------------


def nommer(
    *,
    personne: Adherent | Compte,
    role: str,
    debut: date,
    fin: date | None = None,
    federation: Federation | None = None,
    section: Section | None = None,
    par: Compte,
) -> Mandat:
    """Give a role in a perimeter from `debut` on, until `fin` (that day excluded).

    A member without an account gets one.  Raises `ActeInterdit`, or `ActeImpossible` with the
    name of the constraint as code: `mandat_perimetre_du_role`, `mandat_fin_apres_debut`,
    `mandat_direction_29_sieges`, `mandat_sans_doublon`; or `adherent_sorti`.
    """
    exiger(par, "membres.nommer", section or federation)
    return _donner_un_mandat(
        personne, par, role=role, debut=debut, fin=fin, federation=federation, section=section
    )


def installer_administrateur(*, personne: Adherent | Compte) -> Mandat:
    """Give the first administrator's role from the server's terminal, since nobody can on a new platform."""
    return _donner_un_mandat(personne, None, role=Mandat.Role.ADMINISTRATEUR, debut=date_du_jour())


def _donner_un_mandat(personne: Adherent | Compte, par: Compte | None, **champs: Any) -> Mandat:
    try:
        with transaction.atomic():
            compte = ouvrir_compte(adherent=personne, par=par) if isinstance(personne, Adherent) else personne
            mandat = Mandat.objects.create(compte=compte, **champs)
            journaliser(
                acte="membres.nommer",
                par=par,
                objet=mandat,
                details={
                    "compte": compte.pk,
                    "role": mandat.role,
                    "debut": mandat.debut.isoformat(),
                    "fin": mandat.fin.isoformat() if mandat.fin else None,
                },
            )
    except IntegrityError as erreur:
        diagnostic = erreur.__cause__.diag
        # A trigger speaks French itself; a constraint says its words in the model.
        messages = {c.name: c.violation_error_message for c in Mandat._meta.constraints}
        nom = diagnostic.constraint_name
        raise ActeImpossible(messages.get(nom, diagnostic.message_primary), code=nom) from erreur
    compte.oublier_les_mandats()
    return mandat


def terminer_mandat(*, mandat: Mandat, par: Compte, fin: date | None = None) -> Mandat:
    """End a mandate on `fin` (that day excluded; today when not given); before it began, it never will.

    Raises `ActeInterdit`, or `ActeImpossible`: `mandat_fini`, `fin_anterieure` (a past day),
    `dernier_administrateur`.
    """
    exiger(par, "membres.terminer_mandat", mandat.section or mandat.federation)
    aujourd_hui = date_du_jour()
    with transaction.atomic():
        # Always all administrators first: two who end each other at once must wait in line.
        administration = Mandat.objects.filter(role=Mandat.Role.ADMINISTRATEUR)
        list(administration.order_by("pk").select_for_update(of=("self",)))
        mandat = Mandat.objects.select_for_update(of=("self",)).get(pk=mandat.pk)
        fin = max(fin or aujourd_hui, mandat.debut)
        if mandat.fin is not None and mandat.fin <= aujourd_hui:
            raise ActeImpossible("Ce mandat a déjà pris fin.", code="mandat_fini")
        if fin < aujourd_hui:
            raise ActeImpossible(
                "Un mandat ne se termine pas dans le passé. Choisissez aujourd'hui ou plus tard.",
                code="fin_anterieure",
                statut=422,
            )
        autres = administration.en_cours(au=fin).exclude(pk=mandat.pk).filter(compte__is_active=True)
        if mandat.role == Mandat.Role.ADMINISTRATEUR and not autres.exists():
            raise ActeImpossible(
                "Il faut toujours un·e administrateur·rice : nommez d'abord quelqu'un d'autre.",
                code="dernier_administrateur",
            )
        mandat.fin = fin
        mandat.save(update_fields=["fin"])
        journaliser(
            acte="membres.terminer_mandat",
            par=par,
            objet=mandat,
            details={"compte": mandat.compte_id, "role": mandat.role, "fin": fin.isoformat()},
        )
    return mandat
