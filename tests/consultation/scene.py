"""A small real vote, made through the acts: territory, members, trustees' keys, boxes, codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from consultation import actes
from consultation.belenios.bulletins import chiffrer
from consultation.belenios.gardiens import nouvelle_cle
from consultation.belenios.groupes import groupe
from consultation.chaine import election_de
from consultation.codes import ouvrir
from consultation.models import CodeScelle, Gardien, Inscription, Scrutin, Urne
from refondation.membres.models import Adherent, Compte, Mandat, sans_accents
from refondation.territoire.models import Federation, Section

ANNONCE = datetime(2026, 9, 1, 10, tzinfo=UTC)
OUVERTURE = datetime(2026, 9, 20, 8, tzinfo=UTC)
FERMETURE = datetime(2026, 9, 27, 18, tzinfo=UTC)
PENDANT = OUVERTURE + timedelta(days=2)
APRES = FERMETURE + timedelta(seconds=1)


def creer_section(code: str, federation: Federation) -> Section:
    return Section.objects.create(code=code, nom=f"Ville {code}", federation=federation)


def creer_adherents(section: Section, nombre: int, **champs: Any) -> list[Adherent]:
    base = Adherent.objects.count()
    valeurs = {
        "adhesion_le": date(2020, 1, 1),
        "a_jour_au": date(2026, 12, 31),
        "statut": "adherent",
        **champs,
    }
    return Adherent.objects.bulk_create(
        Adherent(
            numero=f"A{base + i:06d}",
            nom=f"Nom{base + i}",
            prenom=f"Prénom{base + i}",
            courriel=f"a{base + i}@exemple.fr",
            recherche=sans_accents(f"Prénom{base + i} Nom{base + i}"),
            section=section,
            **valeurs,
        )
        for i in range(nombre)
    )


def creer_compte(role: str | None = None, **perimetre: Any) -> Compte:
    compte = Compte.objects.create(
        email=f"compte{Compte.objects.count()}@exemple.fr", nom=f"Compte {role or ''}"
    )
    if role:
        Mandat.objects.create(compte=compte, role=role, debut=date(2026, 1, 1), **perimetre)
    return compte


@dataclass
class Vote:
    """What a test needs to play a vote: the vote, who runs it, the trustees' private keys."""

    scrutin: Scrutin
    admin: Compte
    cles: dict[int, int] = field(default_factory=dict)

    def electeurs(self) -> list[Inscription]:
        return list(Inscription.objects.electrices().filter(scrutin=self.scrutin).order_by("pk"))

    def urne(self, inscription: Inscription) -> Urne:
        return Urne.objects.get(
            rattachements__scrutin=self.scrutin,
            rattachements__section=inscription.section_id,
            rattachements__college=inscription.college,
        )

    def code(self, inscription: Inscription) -> str:
        scelle = CodeScelle.objects.get(inscription=inscription)
        return ouvrir(bytes(self.scrutin.trousseau.privee_scellee), [bytes(scelle.scelle)])[0]

    def bulletin(self, inscription: Inscription, choix: list[list[int]] | None = None) -> bytes:
        return chiffrer(election_de(self.urne(inscription)), self.code(inscription), choix or [[1, 0, 0]])

    def voter(
        self, inscription: Inscription, choix: list[list[int]] | None = None, instant: datetime = PENDANT
    ) -> Any:
        return actes.deposer_bulletin(
            scrutin=self.scrutin,
            inscription=inscription,
            octets=self.bulletin(inscription, choix),
            instant=instant,
        )

    def clore(self) -> None:
        actes.clore_scrutin(scrutin=self.scrutin, par=None, instant=APRES)
        self.scrutin.refresh_from_db()


def faire_scrutin(
    *,
    admin: Compte | None = None,
    gardiens: int = 1,
    questions: list[dict[str, Any]] | None = None,
    **champs: Any,
) -> Vote:
    """A complete draft, ready to be announced."""
    admin = admin or creer_compte("administrateur")
    scrutin = actes.creer_scrutin(
        par=admin,
        **{
            "slug": "cadre",
            "nom": "Document de cadrage",
            "ouvre_le": OUVERTURE,
            "ferme_le": FERMETURE,
            "reference_le": date(2026, 9, 1),
            "cotisation_au": date(2026, 9, 1),
            "maillage": "federation",
            **champs,
        },
    )
    actes.rediger_document(scrutin=scrutin, titre="Cadre", texte="# Cadre\n\nUn texte.", par=admin)
    for question in questions or [{"intitule": "Acceptez-vous ?", "options": ["Oui", "Non"]}]:
        actes.ecrire_question(scrutin=scrutin, par=admin, **question)
    comptes = [creer_compte() for _ in range(gardiens)]
    actes.designer_gardiens(scrutin=scrutin, comptes=comptes, par=admin)
    vote = Vote(scrutin, admin)
    for gardien in Gardien.objects.filter(scrutin=scrutin):
        prive, cle = nouvelle_cle(groupe("BELENIOS-2048"))
        actes.deposer_cle(gardien=gardien, cle=cle, par=gardien.compte)
        vote.cles[gardien.pk] = prive
    return vote


def annoncer(vote: Vote) -> Vote:
    """Announce and seal every box (the tasks that follow the commit, played at once)."""
    actes.annoncer_scrutin(scrutin=vote.scrutin, par=vote.admin, instant=ANNONCE)
    for urne in Urne.objects.filter(scrutin=vote.scrutin):
        actes.preparer_urne(urne=urne)
    vote.scrutin.refresh_from_db()
    return vote


def ouvrir_le_vote(vote: Vote) -> Vote:
    annoncer(vote)
    actes.ouvrir_scrutin(scrutin=vote.scrutin, par=None, instant=OUVERTURE)
    vote.scrutin.refresh_from_db()
    return vote
