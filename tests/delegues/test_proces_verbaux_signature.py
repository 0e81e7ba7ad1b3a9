"""Signing by two, sending back: who, when, on what, and what is left for good."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import TestCase

from delegues import actes
from delegues.models import Designation, Elu, ProcesVerbal, Voix
from delegues.proces_verbal import canonique, empreinte_de, relire
from refondation.journal.models import Ligne
from refondation.membres.regles import ActeImpossible
from tests.delegues.scene import (
    APRES,
    ASSEMBLEES,
    CANDIDATURES,
    TRANSMISSION,
    compte_de,
    faire_compte,
    faire_section,
)
from tests.delegues.scene_proces_verbaux import (
    Scene,
    commencer,
    contresigner,
    faire_scene,
    le,
    pointer,
    presenter,
    refus,
    relu,
    remplir,
    signe_par_deux,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _lieux(settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def scene() -> Scene:
    return faire_scene()


def elus(pv: ProcesVerbal) -> list[tuple[str, int, int, int | None]]:
    """(quality, rank, place of the list, rank of the holder whom a substitute follows)."""
    lus = pv.elus.select_related("candidature__liste", "titulaire").order_by("-qualite", "rang")
    return [
        (e.qualite, e.rang, e.candidature.liste.rang, e.titulaire.rang if e.titulaire else None) for e in lus
    ]


# --- First signature -------------------------------------------------------------------------------


def test_presenter_calcule_les_elus_et_scelle_le_contenu(scene: Scene) -> None:
    pv = remplir(scene, commencer(scene), voix=[4, 5, 3, 2])
    with TestCase.captureOnCommitCallbacks(execute=True):
        pv = presenter(scene, pv)
    # A woman and a man, each followed by the next one of the same gender.
    assert elus(pv) == [
        ("titulaire", 1, 2, None),
        ("titulaire", 2, 1, None),
        ("suppleant", 1, 4, 1),
        ("suppleant", 2, 3, 2),
    ]
    assert (pv.etat, pv.presente_le, pv.version) == ("a-contresigner", ASSEMBLEES, 6)
    assert pv.empreinte == empreinte_de(pv.contenu)
    contenu = relire(pv)
    assert canonique(contenu) == pv.contenu
    assert contenu["compte"] == {
        "inscrits": 8, "presents": 8, "presences": contenu["compte"]["presences"],
        "votants": 8, "blancs": 1, "nuls": 0, "exprimes": 7,
    }  # fmt: skip
    assert [v["voix"] for v in contenu["voix"]] == [4, 5, 3, 2]
    assert [t["explication"] for t in contenu["titulaires"]] == ["5 voix.", "4 voix."]
    assert [m.to for m in mail.outbox] == [[scene.second.courriel]]
    assert f"/delegues/pv/{pv.cle}/" in mail.outbox[0].body


def test_le_contenu_ne_porte_ni_date_de_naissance_ni_adresse_ni_nom_des_presents(scene: Scene) -> None:
    contenu = presenter(scene, remplir(scene, commencer(scene), voix=[4, 5, 3, 2])).contenu
    for secret in ("1970", "@exemple.fr", scene.membres[2].nom, scene.membres[2].numero):
        assert secret not in contenu


def test_incomplet_tout_ce_qui_manque_est_dit(scene: Scene) -> None:
    pv = commencer(scene)
    with pytest.raises(ActeImpossible) as leve:
        presenter(scene, pv)
    assert leve.value.code == "incomplet"
    assert str(leve.value) == (
        "Le procès-verbal n'est pas complet. La date et le lieu de l'assemblée ne sont pas notés. "
        "Personne n'est pointé sur la liste de présence. Le dépouillement n'est pas noté. "
        "Dites s'il y a eu un incident, ou cochez « aucun incident ». "
        "La ou le second signataire n'est pas désigné·e."
    )


def test_plus_de_votants_que_de_presents_ne_se_signe_pas(scene: Scene) -> None:
    pv = remplir(scene, commencer(scene), voix=[5, 4, 3, 2], presents=5)
    assert refus(presenter, scene=scene, pv=pv) == "incomplet"
    pointer(scene, pv, *scene.membres[5:])
    assert presenter(scene, pv).etat == "a-contresigner"


def test_ce_qui_a_change_depuis_la_relecture_se_relit(scene: Scene) -> None:
    """A phone that comes back online after the review, or another tab."""
    pv = remplir(scene, commencer(scene), voix=[4, 3, 3, 2], presents=7)
    vu = relu(pv)
    pointer(scene, pv, scene.membres[7])
    assert (
        refus(
            actes.presenter_proces_verbal, proces_verbal=pv, empreinte=vu, version=pv.version,
            par=scene.secretaire, instant=ASSEMBLEES,
        )
        == "relire"
    )  # fmt: skip
    assert (
        refus(
            actes.presenter_proces_verbal, proces_verbal=pv, empreinte=relu(pv), version=pv.version - 1,
            par=scene.secretaire, instant=ASSEMBLEES,
        )
        == "perime"
    )  # fmt: skip
    assert presenter(scene, pv).etat == "a-contresigner"


def test_signer_deux_fois_est_refuse_et_n_ecrit_qu_une_fois(scene: Scene) -> None:
    pv = remplir(scene, commencer(scene), voix=[5, 4, 3, 2])
    vu = relu(pv)
    presenter(scene, pv)
    assert (
        refus(
            actes.presenter_proces_verbal, proces_verbal=pv, empreinte=vu, par=scene.secretaire,
            instant=ASSEMBLEES,
        )
        == "etat"
    )  # fmt: skip
    assert Elu.objects.count() == 4
    assert Ligne.objects.filter(acte="delegues.presenter_proces_verbal").count() == 1


# --- Ties, parity, vacancy -------------------------------------------------------------------------


@pytest.mark.parametrize("departage", ["age", "tirage"])
def test_une_egalite_se_departage_par_la_regle(departage: str) -> None:
    scene = faire_scene(genres="FFF", sieges=1, parite="aucune", departage=departage)
    for rang, personne in enumerate(scene.membres[-3:]):
        personne.naissance = date(1980 - rang, 1, 1)
        personne.save()
    pv = remplir(scene, commencer(scene), voix=[2, 2, 2], votants=6, blancs=0)
    contenu = relire(presenter(scene, pv))
    assert len(contenu["titulaires"]) == 1
    attendu = "l'âge" if departage == "age" else "un tirage rejouable"
    assert contenu["titulaires"][0]["explication"] == f"2 voix, à égalité, ordre donné par {attendu}."
    assert len(contenu["egalites"]) == 1
    if departage == "age":
        aine = scene.membres[-1]
        assert contenu["titulaires"][0]["nom"] == f"{aine.prenom} {aine.nom}"
        assert contenu["egalites"][0].endswith("l'aîné·e passant d'abord.")
    else:
        assert contenu["egalites"][0].endswith("(graine « graine publiée »).")


def test_une_parite_impossible_est_admise_et_ecrite(scene: Scene) -> None:
    scene = faire_scene("31009", genres="HHHH", sieges=4)
    contenu = relire(signe_par_deux(scene))
    assert [t["rang"] for t in contenu["titulaires"]] == [1, 2, 3, 4]
    assert contenu["remarques"] == [
        "La parité n'est pas atteinte : 0 femme seulement parmi les candidatures qui ont des voix, pour 4 sièges. "
        "La règle admet cet écart, et les places vont aux suivantes par les voix."
    ]


def test_une_section_sans_candidature_signe_un_constat_de_carence() -> None:
    scene = faire_scene(genres="", membres=5)
    pv = remplir(scene, commencer(scene), voix=[], votants=3, blancs=3)
    contenu = relire(contresigner(scene, presenter(scene, pv)))
    assert contenu["titulaires"] == []
    assert contenu["remarques"] == ["2 sièges restent vacants, faute de candidatures élues."]


def test_un_vote_en_ligne_se_signe_sans_que_personne_ne_recopie_de_voix(scene: Scene) -> None:
    """The online act leaves a draft with its figures: bureau and signatures are all that is asked."""
    scene.designation.mode = "en-ligne"
    scene.designation.save()
    pv = ProcesVerbal.objects.create(
        designation=scene.designation, redacteur=scene.secretaire, tenue_le=ASSEMBLEES, inscrits=8, votants=8,
        blancs=1, nuls=0, commence_le=ASSEMBLEES,
    )  # fmt: skip
    Voix.objects.bulk_create(
        Voix(proces_verbal=pv, liste=liste, nombre=n)
        for liste, n in zip(scene.listes, [5, 4, 3, 2], strict=True)
    )
    for geste in (
        lambda: actes.noter_le_depouillement(
            proces_verbal=pv, votants=1, blancs=1, nuls=0, voix={}, version=1, par=scene.secretaire,
            instant=ASSEMBLEES,
        ),
        lambda: pointer(scene, pv, scene.membres[0]),
        lambda: actes.abandonner_le_brouillon(proces_verbal=pv, par=scene.secretaire, instant=ASSEMBLEES),
    ):  # fmt: skip
        assert refus(geste) == "en_ligne"
    assert refus(presenter, scene=scene, pv=pv) == "incomplet"
    pv = actes.designer_le_bureau(
        proces_verbal=pv, contresignataire=scene.second, version=1, par=scene.secretaire, instant=ASSEMBLEES
    )
    contenu = relire(contresigner(scene, presenter(scene, pv)))
    assert (contenu["mode"], contenu["compte"]["presents"], contenu["compte"]["presences"]) == (
        "en-ligne",
        None,
        "",
    )
    assert [t["rang"] for t in contenu["titulaires"]] == [1, 2]


# --- Second signature ------------------------------------------------------------------------------


def test_le_second_signataire_verrouille_numerote_et_transmet(scene: Scene) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        pv = signe_par_deux(scene)
    pv.refresh_from_db()
    assert (pv.etat, pv.verrouille_le) == ("verrouille", ASSEMBLEES)
    assert pv.numero == f"PV-31001-{scene.campagne.pk}-1"
    assert Designation.objects.get().etat == "recue"
    # The control begins at once.
    assert Designation.objects.get().anomalies_le is not None
    derniere = Ligne.objects.filter(acte="delegues.contresigner_proces_verbal").get()
    assert derniere.details == {"numero": pv.numero, "empreinte": pv.empreinte}


@pytest.mark.parametrize(
    "qui",
    ["secretaire", "autre membre", "recolement", "administrateur", "federation", "membre d'ailleurs"],
)
def test_personne_d_autre_ne_contresigne(scene: Scene, qui: str) -> None:
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[5, 4, 3, 2]))
    autre = {
        "secretaire": lambda: scene.secretaire,
        "autre membre": lambda: compte_de(scene.membres[2]),
        "recolement": lambda: faire_compte("recolement"),
        "administrateur": lambda: faire_compte("administrateur"),
        "federation": lambda: faire_compte("secretaire_federal", federation=scene.section.federation),
        "membre d'ailleurs": lambda: compte_de(faire_scene("31002").membres[0]),
    }[qui]()
    for acte in (
        lambda: actes.contresigner_proces_verbal(
            proces_verbal=pv, empreinte=pv.empreinte, par=autre, instant=ASSEMBLEES
        ),
        *([] if qui == "secretaire" else [
            lambda: actes.reprendre_proces_verbal(
                proces_verbal=pv, motif="non", par=autre, instant=ASSEMBLEES
            )
        ]),
    ):  # fmt: skip
        assert refus(acte) == "interdit"
    pv.refresh_from_db()
    assert pv.etat == "a-contresigner"


def test_le_second_signataire_qui_a_quitte_la_section_ne_signe_plus(scene: Scene) -> None:
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[5, 4, 3, 2]))
    scene.second.section = faire_section("31002", "31")
    scene.second.save()
    assert refus(contresigner, scene=scene, pv=pv) == "interdit"


def test_une_autre_empreinte_que_celle_lue_est_refusee(scene: Scene) -> None:
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[5, 4, 3, 2]))
    second = scene.compte_du_second()
    for empreinte in ("", "0" * 64, pv.empreinte[:-1]):
        assert (
            refus(
                actes.contresigner_proces_verbal, proces_verbal=pv, empreinte=empreinte, par=second,
                instant=ASSEMBLEES,
            )
            == "empreinte"
        )  # fmt: skip


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CANDIDATURES, "trop_tot"),
        (ASSEMBLEES, None),
        (TRANSMISSION, None),
        (le(30, 0), "trop_tard"),
        (APRES, "trop_tard"),
    ],
)
def test_le_calendrier_commande_la_signature(scene: Scene, instant, code: str | None) -> None:
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[5, 4, 3, 2]))
    if code is None:
        assert contresigner(scene, pv, instant).verrouille_le == instant
    else:
        assert refus(contresigner, scene=scene, pv=pv, instant=instant) == code


def test_le_second_signataire_renvoie_avec_un_motif(scene: Scene) -> None:
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[5, 4, 3, 2]))
    second = scene.compte_du_second()
    assert (
        refus(actes.reprendre_proces_verbal, proces_verbal=pv, motif=" ", par=second, instant=ASSEMBLEES)
        == "motif"
    )
    pv = actes.reprendre_proces_verbal(
        proces_verbal=pv, motif="Il y avait deux nuls.", par=second, instant=ASSEMBLEES
    )
    assert (pv.etat, pv.renvoi, pv.contenu, pv.empreinte) == ("brouillon", "Il y avait deux nuls.", "", "")
    pv = presenter(scene, pv)
    assert (pv.renvoi, Elu.objects.count()) == ("", 4)


def test_le_secretaire_reprend_sans_motif(scene: Scene) -> None:
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[5, 4, 3, 2]))
    pv = actes.reprendre_proces_verbal(proces_verbal=pv, par=scene.secretaire, instant=ASSEMBLEES)
    assert (pv.etat, pv.presente_le) == ("brouillon", None)


def test_ce_qui_est_signe_ne_change_plus_meme_par_la_base(scene: Scene) -> None:
    pv = signe_par_deux(scene)
    gestes = [
        lambda: ProcesVerbal.objects.filter(pk=pv.pk).update(votants=99),
        lambda: ProcesVerbal.objects.filter(pk=pv.pk).update(contenu="{}"),
        lambda: ProcesVerbal.objects.filter(pk=pv.pk).update(etat="brouillon"),
        lambda: pv.voix.update(nombre=99),
        lambda: pv.presences.all().delete(),
        lambda: pv.elus.filter(qualite="suppleant").delete(),
    ]
    for geste in gestes:
        with pytest.raises(IntegrityError), transaction.atomic():
            geste()


@pytest.mark.django_db(transaction=True)
def test_deux_signatures_ensemble_n_en_font_qu_une() -> None:
    scene = faire_scene()
    pv = presenter(scene, remplir(scene, commencer(scene), voix=[5, 4, 3, 2]))
    scene.compte_du_second()

    def signer(_: int) -> str:
        try:
            return contresigner(scene, pv).etat
        except ActeImpossible as refuse:
            return refuse.code
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as fils:
        assert sorted(fils.map(signer, range(3))) == ["etat", "etat", "verrouille"]
    assert Ligne.objects.filter(acte="delegues.contresigner_proces_verbal").count() == 1
