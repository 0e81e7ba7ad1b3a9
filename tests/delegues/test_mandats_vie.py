"""Accept, share, resign, end, replace: who may, when, and what stays of it."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from delegues import actes
from delegues.models import Delegation, Engagement
from delegues.remplacement import Suppleance, choisir
from refondation.journal.models import Ligne
from refondation.membres.models import Compte
from refondation.membres.regles import ActeImpossible, ActeInterdit
from tests.delegues import scene
from tests.delegues.scene_mandats import Delegues, faire_delegues, responsable

JOUR = date(2026, 10, 20)


@pytest.fixture
def delegues(db: None) -> Delegues:
    return faire_delegues()


def code_du_refus(acte: object, **arguments: object) -> str:
    with pytest.raises(ActeImpossible) as refus:
        acte(**arguments)
    return refus.value.code


# --- Accept -----------------------------------------------------------------------------------------


def test_accepter_une_fois(delegues: Delegues) -> None:
    mandat, compte = delegues.mandat(0), delegues.compte(0)
    actes.accepter_mandat(delegation=mandat, par=compte, instant=scene.MANDATS)
    lignes = Ligne.objects.count()
    actes.accepter_mandat(delegation=mandat, par=compte, instant=scene.APRES)
    mandat.refresh_from_db()
    assert mandat.acceptee_le == scene.MANDATS
    assert Ligne.objects.count() == lignes


def test_personne_n_accepte_pour_un_autre(delegues: Delegues) -> None:
    admin = scene.faire_compte("administrateur")
    for compte in (delegues.compte(1), responsable(delegues), admin):
        assert code_du_refus(actes.accepter_mandat, delegation=delegues.mandat(0), par=compte) == "interdit"
    assert delegues.mandat(0).acceptee_le is None


def test_l_engagement_est_demande_a_qui_ne_l_a_pas_pris(db: None) -> None:
    delegues = faire_delegues(engagement="Je ne me présente pas.", engagement_jusqu_au=date(2027, 12, 31))
    mandat, compte = delegues.mandat(0), delegues.compte(0)
    assert actes.demande_l_engagement(mandat) is True
    for empreinte in ("", "0" * 64):
        arguments = {"delegation": mandat, "par": compte, "engagement": empreinte, "instant": scene.MANDATS}
        assert code_du_refus(actes.accepter_mandat, **arguments) == "engagement"
    actes.accepter_mandat(
        delegation=mandat,
        par=compte,
        engagement=delegues.campagne.engagement_empreinte,
        instant=scene.MANDATS,
    )
    pris = Engagement.objects.get()
    assert (pris.adherent, pris.jusqu_au) == (delegues.personnes[0], date(2027, 12, 31))
    assert actes.demande_l_engagement(mandat) is False


def test_un_mandat_fini_ne_s_accepte_plus(delegues: Delegues) -> None:
    mandat, compte = delegues.mandat(0), delegues.compte(0)
    actes.demissionner(delegation=mandat, par=compte, instant=scene.MANDATS)
    assert code_du_refus(actes.accepter_mandat, delegation=mandat, par=compte) == "fini"


# --- Contact details --------------------------------------------------------------------------------


def test_partager_puis_retirer(delegues: Delegues) -> None:
    mandat, compte = delegues.mandat(0), delegues.compte(0)
    actes.partager_coordonnees(
        delegation=mandat, courriel="moi@exemple.fr", telephone="06 12 34 56 78", par=compte
    )
    mandat.refresh_from_db()
    assert (mandat.courriel, mandat.telephone) == ("moi@exemple.fr", "06 12 34 56 78")
    # The journal says that something is shared, not what.
    assert Ligne.objects.latest("rang").details == {"courriel": True, "telephone": True}
    actes.demissionner(delegation=mandat, par=compte, instant=scene.MANDATS)
    actes.partager_coordonnees(delegation=mandat, par=compte)
    mandat.refresh_from_db()
    assert (mandat.courriel, mandat.telephone) == ("", "")


def test_personne_ne_partage_pour_un_autre(delegues: Delegues) -> None:
    with pytest.raises(ActeInterdit):
        actes.partager_coordonnees(
            delegation=delegues.mandat(0), courriel="a@exemple.fr", par=responsable(delegues)
        )


# --- Resign, end ------------------------------------------------------------------------------------


def test_demissionner_a_un_jour_a_venir(delegues: Delegues) -> None:
    mandat = delegues.mandat(0)
    actes.demissionner(delegation=mandat, le=date(2026, 11, 1), par=delegues.compte(0), instant=scene.MANDATS)
    mandat.refresh_from_db()
    assert (mandat.fin, mandat.cause) == (date(2026, 11, 1), "demission")
    assert [mandat.siege(au=date(2026, *j)) for j in ((10, 31), (11, 1))] == [True, False]


@pytest.mark.parametrize(
    ("le", "code"), [(date(2026, 10, 19), "fin_anterieure"), (date(2027, 6, 30), "fin_apres_le_terme")]
)
def test_demissionner_hors_du_mandat(delegues: Delegues, le: date, code: str) -> None:
    arguments = {"delegation": delegues.mandat(0), "par": delegues.compte(0), "instant": scene.MANDATS}
    assert code_du_refus(actes.demissionner, le=le, **arguments) == code


def test_demissionner_deux_fois(delegues: Delegues) -> None:
    arguments = {"delegation": delegues.mandat(0), "par": delegues.compte(0), "instant": scene.MANDATS}
    actes.demissionner(**arguments)
    assert code_du_refus(actes.demissionner, **arguments) == "fini"


@pytest.mark.parametrize("cause", ["demission", "exclusion", "deces", "depart"])
def test_terminer_a_une_date_passee(delegues: Delegues, cause: str) -> None:
    mandat, par = delegues.mandat(0), responsable(delegues)
    actes.terminer_mandat(
        delegation=mandat, cause=cause, le=date(2026, 10, 15), par=par, instant=scene.MANDATS
    )
    mandat.refresh_from_db()
    assert (mandat.fin, mandat.cause) == (date(2026, 10, 15), cause)
    ligne = Ligne.objects.latest("rang")
    assert (ligne.acte, ligne.acteur, ligne.details) == (
        "delegues.terminer_mandat",
        par,
        {"cause": cause, "fin": "2026-10-15"},
    )


@pytest.mark.parametrize(
    ("cause", "le", "code"),
    [
        ("terme", None, "cause"),
        ("invalidation", None, "cause"),
        ("", None, "cause"),
        ("deces", date(2026, 10, 21), "fin_a_venir"),
        ("deces", date(2026, 10, 9), "fin_avant_le_debut"),
    ],
)
def test_terminer_refuse(delegues: Delegues, cause: str, le: date | None, code: str) -> None:
    arguments = {"delegation": delegues.mandat(0), "par": responsable(delegues), "instant": scene.MANDATS}
    assert code_du_refus(actes.terminer_mandat, cause=cause, le=le, **arguments) == code
    assert delegues.mandat(0).fin is None


ROLES = {
    "administrateur": {},
    "direction": {},
    "recolement": {},
    "observateur": {},
    "secretaire_federal": {"federation": "31"},
    "gestionnaire_federal": {"federation": "31"},
    "secretaire_section": {"section": "31001"},
    "secretaire_federal d'ailleurs": {"federation": "75"},
}
PEUVENT = {"administrateur", "secretaire_federal"}


def compte_du_role(role: str) -> Compte:
    perimetre = {}
    for nom, code in ROLES[role].items():
        section = scene.faire_section(f"{code}001"[:5] if nom == "federation" else code, code[:2])
        perimetre[nom] = section.federation if nom == "federation" else section
    return scene.faire_compte(role.split(maxsplit=1)[0], **perimetre)


@pytest.mark.parametrize("role", ROLES)
def test_qui_termine_et_remplace(delegues: Delegues, role: str) -> None:
    par, mandat = compte_du_role(role), delegues.mandat(0)
    if role not in PEUVENT:
        for acte, plus in ((actes.terminer_mandat, {"cause": "deces"}), (actes.remplacer, {})):
            assert (
                code_du_refus(acte, delegation=mandat, par=par, instant=scene.MANDATS, **plus) == "interdit"
            )
        return
    actes.terminer_mandat(delegation=mandat, cause="deces", par=par, instant=scene.MANDATS)
    nouvelle = actes.remplacer(delegation=mandat, par=par, instant=scene.MANDATS)
    assert nouvelle.adherent == delegues.personnes[2]


# --- Replace ----------------------------------------------------------------------------------------


def test_le_suppleant_attache_prend_le_siege(delegues: Delegues) -> None:
    mandat, par = delegues.mandat(1), responsable(delegues)
    suppleance = delegues.mandat(3)
    Delegation.objects.filter(pk=suppleance.pk).update(courriel="partage@exemple.fr")
    actes.terminer_mandat(delegation=mandat, cause="exclusion", par=par, instant=scene.MANDATS)
    nouvelle = actes.remplacer(delegation=mandat, par=par, instant=scene.MANDATS)
    assert (nouvelle.qualite, nouvelle.rang, nouvelle.remplace, nouvelle.debut) == (
        "titulaire",
        2,
        mandat,
        JOUR,
    )
    assert nouvelle.courriel == "partage@exemple.fr"
    assert nouvelle.acceptee_le is None
    suppleance.refresh_from_db()
    assert (suppleance.fin, suppleance.cause) == (JOUR, "remplacement")
    assert Ligne.objects.latest("rang").details["explication"] == [
        f"{suppleance.adherent.prenom} {suppleance.adherent.nom} supplée cette personne, "
        "d'après le procès-verbal."
    ]
    siegent = Delegation.objects.filter(qualite="titulaire")
    assert [
        set(siegent.en_exercice(au=jour).values_list("adherent", flat=True))
        for jour in (date(2026, 10, 19), JOUR)
    ] == [
        {delegues.personnes[0].pk, delegues.personnes[1].pk},
        {delegues.personnes[0].pk, delegues.personnes[3].pk},
    ]


def test_une_demission_a_venir_se_pourvoit_d_avance(delegues: Delegues) -> None:
    mandat = delegues.mandat(0)
    actes.demissionner(delegation=mandat, le=date(2026, 11, 5), par=delegues.compte(0), instant=scene.MANDATS)
    nouvelle = actes.remplacer(delegation=mandat, par=responsable(delegues), instant=scene.MANDATS)
    assert nouvelle.debut == date(2026, 11, 5)
    # Until that day, the substitute is still one.
    assert delegues.mandat(2).pk == nouvelle.pk
    assert (
        Delegation.objects.filter(adherent=delegues.personnes[2])
        .en_exercice(au=date(2026, 11, 4))
        .get()
        .qualite
        == "suppleant"
    )


def test_le_siege_passe_au_premier_sans_titulaire_du_meme_genre(delegues: Delegues) -> None:
    par = responsable(delegues)
    for rang in (0, 2):
        actes.terminer_mandat(
            delegation=delegues.mandat(rang), cause="demission", par=par, instant=scene.MANDATS
        )
    ancienne = Delegation.objects.get(adherent=delegues.personnes[0])
    nouvelle = actes.remplacer(delegation=ancienne, par=par, instant=scene.MANDATS)
    assert nouvelle.adherent == delegues.personnes[4]


def test_sans_suppleant_du_meme_genre_le_siege_reste_vacant(delegues: Delegues) -> None:
    par = responsable(delegues)
    for rang in (1, 3):
        actes.terminer_mandat(
            delegation=delegues.mandat(rang), cause="demission", par=par, instant=scene.MANDATS
        )
    ancienne = delegues.mandat(1)
    with pytest.raises(ActeImpossible) as refus:
        actes.remplacer(delegation=ancienne, par=par, instant=scene.MANDATS)
    assert refus.value.code == "sans_suppleant"
    assert "la règle demande un homme pour ce siège" in str(refus.value)
    assert list(Delegation.objects.a_remplacer()) == [ancienne]


def test_remplacer_refuse(delegues: Delegues) -> None:
    par = responsable(delegues)
    arguments = {"par": par, "instant": scene.MANDATS}
    assert code_du_refus(actes.remplacer, delegation=delegues.mandat(0), **arguments) == "siege_occupe"
    assert code_du_refus(actes.remplacer, delegation=delegues.mandat(2), **arguments) == "suppleant"
    mandat = delegues.mandat(0)
    actes.terminer_mandat(delegation=mandat, cause="deces", **arguments)
    actes.remplacer(delegation=mandat, **arguments)
    assert code_du_refus(actes.remplacer, delegation=mandat, **arguments) == "deja_remplace"
    dernier = delegues.mandat(1)
    actes.terminer_mandat(delegation=dernier, cause="deces", **arguments)
    apres = {"par": par, "instant": scene.APRES}
    assert code_du_refus(actes.remplacer, delegation=dernier, **apres) == "terme"
    actes.clore_au_terme(instant=scene.APRES)
    titulaire = Delegation.objects.get(remplace=mandat)
    assert code_du_refus(actes.remplacer, delegation=titulaire, **apres) == "terme"


@pytest.mark.django_db(transaction=True)
def test_deux_remplacements_a_la_fois() -> None:
    delegues = faire_delegues()
    par = responsable(delegues)
    mandat = delegues.mandat(0)
    actes.terminer_mandat(delegation=mandat, cause="deces", par=par, instant=scene.MANDATS)
    depart, issues = threading.Barrier(2), []

    def remplacer() -> None:
        try:
            depart.wait(10)
            nouvelle = actes.remplacer(
                delegation=Delegation.objects.get(pk=mandat.pk),
                par=Compte.objects.get(pk=par.pk),
                instant=scene.MANDATS,
            )
            issues.append(nouvelle.adherent_id)
        except ActeImpossible as refus:
            issues.append(refus.code)
        finally:
            connection.close()

    fils = [threading.Thread(target=remplacer) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join(30)
    assert sorted(issues, key=str) == sorted([delegues.personnes[2].pk, "deja_remplace"], key=str)
    assert Delegation.objects.filter(remplace=mandat).count() == 1


# --- The rule, without database ---------------------------------------------------------------------


def suppleance(cle: int, genre: str, titulaire: int | None = None) -> Suppleance:
    return Suppleance(cle, f"S{cle}", genre, cle, titulaire)


@pytest.mark.parametrize(
    ("genre", "suppleances", "meme_genre", "attendu"),
    [
        ("F", [suppleance(1, "F"), suppleance(2, "F", 9)], True, 2),
        ("F", [suppleance(1, "H", 9), suppleance(2, "H"), suppleance(3, "F")], True, 3),
        ("F", [suppleance(1, "H", 9)], True, None),
        ("F", [suppleance(1, "H", 9)], False, 1),
        ("F", [suppleance(1, "A", 9)], True, 1),
        ("F", [suppleance(1, "", 9)], True, 1),
        ("A", [suppleance(1, "H", 9)], True, 1),
        ("F", [suppleance(1, "F", 8)], True, None),
        ("F", [suppleance(2, "F"), suppleance(1, "F")], True, 1),
        ("F", [], True, None),
    ],
)
def test_choisir(genre: str, suppleances: list[Suppleance], meme_genre: bool, attendu: int | None) -> None:
    choix = choisir(9, genre, suppleances, meme_genre=meme_genre)
    assert choix.cle == attendu
    assert choix.explication
    assert all(phrase.endswith((".", ").")) for phrase in choix.explication)


# --- The database, whoever asks -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "changement",
    [{"debut": date(2026, 10, 11)}, {"qualite": "suppleant"}, {"adherent_id": -1}],
)
def test_l_histoire_ne_se_reecrit_pas(delegues: Delegues, changement: dict) -> None:
    if "adherent_id" in changement:
        changement = {"adherent_id": delegues.personnes[1].pk}
    with pytest.raises(IntegrityError) as refus, transaction.atomic():
        Delegation.objects.filter(pk=delegues.mandat(0).pk).update(**changement)
    assert refus.value.__cause__.diag.constraint_name == "delegation_figee"


def test_une_fin_ecrite_reste(delegues: Delegues) -> None:
    mandat = delegues.mandat(0)
    actes.demissionner(delegation=mandat, par=delegues.compte(0), instant=scene.MANDATS)
    for changement in ({"fin": date(2026, 10, 25)}, {"fin": None, "cause": ""}, {"cause": "deces"}):
        with pytest.raises(IntegrityError) as refus, transaction.atomic():
            Delegation.objects.filter(pk=mandat.pk).update(**changement)
        assert refus.value.__cause__.diag.constraint_name == "delegation_figee"
    with pytest.raises(IntegrityError), transaction.atomic():
        mandat.delete()
