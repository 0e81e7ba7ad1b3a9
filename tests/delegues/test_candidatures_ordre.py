"""The drawn order: replayable, not choosable, drawn once by the clock."""

from __future__ import annotations

import hashlib
import subprocess
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from delegues import actes, tasks
from delegues.models import Liste
from delegues.ordre import empreinte_des_candidatures, ligne_de, tirer
from refondation.journal.models import Ligne
from refondation.membres.regles import ActeImpossible
from tests.delegues.scene import CALENDRIER, CANDIDATURES, faire_designation
from tests.delegues.scene_candidatures import TIRAGE, compte_de, faire_campagne, faire_liste, peupler

LIGNES = st.lists(st.uuids().map(str), min_size=1, max_size=8, unique=True)


@given(lignes=LIGNES, graine=st.text(max_size=20), melange=st.randoms())
def test_l_ordre_ne_depend_pas_de_l_arrivee(lignes: list[str], graine: str, melange: Any) -> None:
    ordre = tirer(lignes, graine=graine, campagne="assises", section="31001")
    melange.shuffle(lignes)
    assert tirer(lignes, graine=graine, campagne="assises", section="31001") == ordre
    assert sorted(p.ligne for p in ordre.places) == sorted(lignes)
    assert [p.numero for p in ordre.places] == sorted(p.numero for p in ordre.places)


@given(lignes=LIGNES, autre=st.uuids().map(str))
def test_une_candidature_de_plus_change_la_graine(lignes: list[str], autre: str) -> None:
    avant = tirer(lignes, graine="g", campagne="c", section="s")
    apres = tirer([*lignes, autre], graine="g", campagne="c", section="s")
    assert avant.graine != apres.graine


def test_chaque_section_a_son_tirage() -> None:
    graines = {tirer(["a", "b"], graine="g", campagne="c", section=s).graine for s in ("31001", "31002")}
    assert len(graines) == 2


def test_on_refait_le_tirage_dans_un_terminal() -> None:
    """What the public page tells to type gives what the platform drew."""
    ordre = tirer(["b+c", "a"], graine="22 août", campagne="assises", section="31001")
    shell = "printf '%s\\n' 'b+c' 'a' | LC_ALL=C sort | sha256sum"
    assert (
        subprocess.run(["sh", "-c", shell], capture_output=True, check=True).stdout[:64].decode()
        == ordre.empreinte
    )
    assert ordre.graine == f"22 août|assises|31001|{ordre.empreinte}"
    for place in ordre.places:
        shell = f"printf '%s\\n%s' '{ordre.graine}' '{place.ligne}' | sha256sum"
        sortie = subprocess.run(["sh", "-c", shell], capture_output=True, check=True).stdout
        assert sortie[:64].decode() == place.numero


def test_l_empreinte_est_celle_des_lignes_triees() -> None:
    assert ligne_de(["x", "y"]) == "x+y"
    assert empreinte_des_candidatures(["b", "a"]) == hashlib.sha256(b"a\nb\n").hexdigest()


# --- The act -----------------------------------------------------------------------------------------


@pytest.fixture
def monde(db: None) -> Any:
    campagne = faire_campagne()
    section, membres = peupler(nombre=5)
    designation = faire_designation(campagne, section)
    listes = [faire_liste(designation, m) for m in membres[:4]]
    return designation, listes


def test_tirer_range_les_candidatures_une_fois(monde: Any) -> None:
    designation, listes = monde
    actes.retirer_candidature(
        candidature=listes[0].candidatures.get(),
        par=compte_de(listes[0].candidatures.get().adherent),
        instant=CANDIDATURES,
    )
    ordre = actes.tirer_l_ordre(designation=designation, instant=TIRAGE)
    assert [liste.rang for liste in ordre] == [1, 2, 3]
    assert set(ordre) == set(listes[1:])
    attendu = tirer(
        [str(liste.candidatures.get().cle) for liste in listes[1:]],
        graine="graine publiée",
        campagne="refondation",
        section="31001",
    )
    assert [str(liste.candidatures.get().cle) for liste in ordre] == [p.ligne for p in attendu.places]
    ligne = Ligne.objects.get(acte="delegues.tirer_l_ordre")
    assert ligne.acteur is None
    assert ligne.details == {
        "empreinte": attendu.empreinte,
        "graine": attendu.graine,
        "listes": [liste.pk for liste in ordre],
    }
    assert actes.tirer_l_ordre(designation=designation, instant=TIRAGE) == ordre
    assert Ligne.objects.filter(acte="delegues.tirer_l_ordre").count() == 1


def test_une_liste_en_attente_n_est_pas_du_tirage(monde: Any) -> None:
    designation, listes = monde
    Liste.objects.filter(pk=listes[0].pk).update(etat="en-attente", deposee_le=None)
    assert len(actes.tirer_l_ordre(designation=designation, instant=TIRAGE)) == 3


def test_une_candidature_arrivee_apres_le_tirage_se_signale(monde: Any) -> None:
    designation, listes = monde
    actes.tirer_l_ordre(designation=designation, instant=TIRAGE)
    Liste.objects.filter(pk=listes[0].pk).update(rang=None)
    with pytest.raises(ActeImpossible) as erreur:
        actes.tirer_l_ordre(designation=designation, instant=TIRAGE)
    assert erreur.value.code == "ordre"


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        (CALENDRIER["retraits_au"] - timedelta(seconds=1), "trop_tot"),
        (CALENDRIER["retraits_au"], None),
        (CALENDRIER["enregistrement_au"] - timedelta(seconds=1), None),
        (CALENDRIER["enregistrement_au"], "trop_tard"),
    ],
)
def test_quand_se_tire_l_ordre(monde: Any, instant: datetime, code: str | None) -> None:
    designation, _ = monde
    if code is None:
        assert len(actes.tirer_l_ordre(designation=designation, instant=instant)) == 4
        return
    with pytest.raises(ActeImpossible) as erreur:
        actes.tirer_l_ordre(designation=designation, instant=instant)
    assert erreur.value.code == code


def test_l_horloge_tire_l_ordre_de_chaque_section(monde: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    designation, _ = monde
    section, membres = peupler("31002", 2)
    autre = faire_designation(designation.campagne, section)
    faire_liste(autre, membres[0])
    monkeypatch.setattr("delegues.tasks.timezone.now", lambda: CANDIDATURES)
    tasks.suivre_les_candidatures()
    assert Liste.objects.filter(rang=None).count() == 5
    monkeypatch.setattr("delegues.tasks.timezone.now", lambda: TIRAGE)
    tasks.suivre_les_candidatures()
    tasks.suivre_les_candidatures()
    assert sorted(Liste.objects.values_list("rang", flat=True)) == [1, 1, 2, 3, 4]
    assert Ligne.objects.filter(acte="delegues.tirer_l_ordre").count() == 2
