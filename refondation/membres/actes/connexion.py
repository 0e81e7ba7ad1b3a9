"""Log-in codes: traces of private life, erased within minutes, hence never in the journal."""

from __future__ import annotations

import hmac
from datetime import datetime
from uuid import UUID

from django.db import transaction

from refondation.membres import codes
from refondation.membres.actes.comptes import ouvrir_compte
from refondation.membres.models import Adherent, Compte, DemandeDeCode
from refondation.membres.regles import ActeImpossible


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
