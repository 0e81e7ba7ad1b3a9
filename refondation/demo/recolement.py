"""The control of the demonstration's campaign: decisions, a contest, an appeal, mandates and their life."""

from __future__ import annotations

from collections.abc import Sequence

from delegues import actes
from delegues.models import Delegation, Designation, Echange, ProcesVerbal
from delegues.recolement import motif_de_recusation
from refondation.demo import campagne, distribution
from refondation.demo.comptes import COMMISSION
from refondation.demo.distribution import DELEGUE, FEDERATION, Role
from refondation.demo.monde import Monde
from refondation.membres.actes import nommer
from refondation.membres.models import Adherent, Compte, Mandat
from refondation.territoire.models import Federation

A_COMPLETER = (
    "La photo du papier est lisible, mais la seconde signature n'y figure pas. Joignez la page signée, "
    "ou expliquez ce qui s'est passé."
)
REJET = (
    "La convocation est partie la veille au soir : plusieurs membres ne l'ont reçue qu'après l'assemblée. "
    "L'assemblée est à tenir de nouveau."
)
CONTESTATION = (
    "Le dépouillement s'est terminé dehors, et je n'ai pas pu voir les derniers bulletins. "
    "Je demande que la commission entende les scrutateurs."
)
RECOURS = (
    "La convocation est bien partie cinq jours avant, par courriel : le journal le montre. "
    "Les deux personnes qui disent l'avoir reçue tard avaient une boîte pleine."
)


def controler(monde: Monde) -> None:
    """From the appointment that makes an incompatibility to the first mandates, in the order of days."""
    monde.dire("Contrôle et mandats…")
    monde.une_fois(monde.le(-12, 8), lambda: _nommer_une_personne_elue(monde))
    monde.une_fois(monde.le(-12, 9), _calculer)


def decider(monde: Monde) -> None:
    """What the commission decided and what followed, between the announcement and the opening of the vote."""
    monde.une_fois(monde.le(-9, 15), lambda: _juger(monde))
    monde.une_fois(monde.le(-8, 10), lambda: _contester(monde))
    monde.une_fois(monde.le(-7, 10), lambda: _faire_appel(monde))
    monde.une_fois(monde.le(-6, 19), lambda: _accepter(monde))
    monde.une_fois(monde.le(-5, 9), lambda: _demissionner(monde))
    monde.une_fois(monde.le(-4, 9), lambda: _remplacer(monde))


def ouvrir_la_porte(monde: Monde) -> None:
    """The delegates of the visitor's federation meet today: their cards are checked at the door."""

    def geste() -> None:
        actes.ouvrir_une_assemblee(
            campagne=distribution.campagne(),
            nom="Première assemblée des délégué·es de la fédération",
            tenue_le=monde.le(0, 19),
            lieu="Bourse du travail, Toulouse",
            federation=Federation.objects.get(code=FEDERATION),
            par=monde.comptes["secretaire_federal"],
        )

    monde.une_fois(monde.le(-2, 9), geste)


def _nommer_une_personne_elue(monde: Monde) -> None:
    """Elected three days ago, appointed to a federation since: two mandates that do not go together."""
    for role in distribution.de_la_part(monde, "incompatible"):
        elu = _titulaires(role)[0]
        nommer(
            personne=elu,
            role=Mandat.Role.SECRETAIRE_FEDERAL,
            federation=role.section.federation,
            debut=monde.jour(-12),
            par=monde.admin,
        )


def _titulaires(role: Role) -> list[Adherent]:
    pv = role.designation.proces_verbaux.en_vigueur().get()
    return [
        e.candidature.adherent
        for e in pv.elus.filter(qualite="titulaire").select_related("candidature__adherent").order_by("rang")
    ]


def _calculer() -> None:
    actes.recalculer_anomalies(campagne=distribution.campagne())


def _juger(monde: Monde) -> None:
    for role in distribution.roles(monde):
        if role.part in ("validee", "remplacement", DELEGUE):
            _donner(monde, role, "valider", combien=2)
        elif role.part == "un-avis":
            _donner(monde, role, "valider", combien=1)
        elif role.part == "incomplete":
            _donner(monde, role, "completer", ["piece"], A_COMPLETER, combien=2)
        elif role.part in ("rejetee", "recours"):
            _donner(monde, role, "rejeter", ["convocation"], REJET, combien=2)
    for designation in Designation.objects.filter(delegations__isnull=False).distinct():
        _prevenir(designation)
    _avertir()


def _donner(
    monde: Monde, role: Role, sens: str, motifs: Sequence[str] = (), texte: str = "", *, combien: int
) -> None:
    """`combien` members of the commission who may say the same, those whom no visitor plays first."""
    pv = ProcesVerbal.objects.en_vigueur().get(designation=role.designation)
    siegent = [
        compte
        for cle in reversed(COMMISSION)
        if not motif_de_recusation(compte := monde.comptes[cle], role.designation)
    ]
    for compte in siegent[:combien]:
        actes.donner_avis(proces_verbal=pv, sens=sens, motifs=motifs, texte=texte, par=compte)


def _contester(monde: Monde) -> None:
    """A member of the section who was there says what was wrong."""
    for role in distribution.de_la_part(monde, "contestee"):
        membre = campagne.joueurs(monde, role)[-1]
        actes.contester_designation(
            designation=role.designation,
            motifs=["compte"],
            texte=CONTESTATION,
            par=campagne.compte(monde, membre),
        )
    _avertir()


def _faire_appel(monde: Monde) -> None:
    for role in distribution.de_la_part(monde, "recours"):
        decision = Echange.objects.get(designation=role.designation, genre=Echange.Genre.DECISION)
        actes.former_recours(decision=decision, motifs=["convocation"], texte=RECOURS, par=role.secretaire())
    _avertir()


def _avertir() -> None:
    for pk in Echange.objects.a_avertir(distribution.campagne()):
        actes.avertir(echange=Echange.objects.get(pk=pk))


def _accepter(monde: Monde) -> None:
    """Two delegates in three have accepted; some share an address, and the visitor's delegate still has to answer."""
    for rang, delegation in enumerate(_ouvertes()):
        if delegation.adherent_id == monde.comptes["delegue"].adherent_id or rang % 3 == 2:
            continue
        par = Compte.objects.get(adherent=delegation.adherent)
        actes.accepter_mandat(delegation=delegation, par=par)
        if rang % 2 == 0:
            actes.partager_coordonnees(delegation=delegation, courriel=delegation.adherent.courriel, par=par)


def _ouvertes() -> list[Delegation]:
    return list(
        Delegation.objects.ouvertes()
        .avec_leur_monde()
        .order_by("designation__section__code", "-qualite", "rang")
    )


def _demissionner(monde: Monde) -> None:
    """Somebody whom a substitute backs, so that the seat is taken again."""
    delegation = Delegation.objects.ouvertes().filter(
        designation__in=[r.designation for r in distribution.de_la_part(monde, "remplacement", "validee")],
        suppleances__isnull=False,
    )[0]
    actes.demissionner(delegation=delegation, par=Compte.objects.get(adherent=delegation.adherent))


def _remplacer(monde: Monde) -> None:
    nouvelle = actes.remplacer(delegation=Delegation.objects.a_remplacer().get(), par=monde.admin)
    _prevenir(nouvelle.designation)
    actes.accepter_mandat(delegation=nouvelle, par=Compte.objects.get(adherent=nouvelle.adherent))


def _prevenir(designation: Designation) -> None:
    while actes.prevenir_un_delegue(designation=designation) is not None:
        pass
