"""The clock: letters to delegates, what the register shows, the term; nothing ends by itself."""

from __future__ import annotations

from datetime import date

import pytest
from django.core import mail

from delegues import actes
from delegues.models import Constat, Delegation
from delegues.tasks_mandats import prevenir_les_delegues, suivre_les_mandats
from refondation.membres.models import Adherent
from refondation.membres.regles import ActeImpossible
from refondation.territoire.models import Equivalence, Section
from tests.delegues import scene
from tests.delegues.scene_mandats import Delegues, faire_delegues, responsable

pytestmark = pytest.mark.django_db


@pytest.fixture
def delegues() -> Delegues:
    return faire_delegues()


def constats() -> list[tuple[int, str, str]]:
    return list(Constat.objects.values_list("delegation__adherent", "nature", "suite"))


def test_chaque_delegue_est_prevenu_une_fois(delegues: Delegues) -> None:
    Adherent.objects.filter(pk=delegues.personnes[4].pk).update(courriel="")
    prevenir_les_delegues(delegues.designation.pk)
    assert sorted(c for lettre in mail.outbox for c in lettre.to) == sorted(
        p.courriel for p in delegues.personnes[:4]
    )
    assert all(len(lettre.to) == 1 and not lettre.cc and not lettre.bcc for lettre in mail.outbox)
    premiere = mail.outbox[0]
    assert premiere.subject == f"Votre mandat de délégué·e : {delegues.campagne.nom}"
    assert f"/delegues/delegue/{delegues.mandat(0).cle}/" in premiere.body
    assert "10 octobre 2026" in premiere.body
    prevenir_les_delegues(delegues.designation.pk)
    assert len(mail.outbox) == 4


def test_le_serveur_de_courriel_ne_repond_pas(delegues: Delegues, settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    with pytest.raises(OSError, match="refused"):
        actes.prevenir_un_delegue(designation=delegues.designation)
    assert Delegation.objects.exclude(prevenue_le=None).count() == 0


def test_qui_sort_du_registre_est_propose_et_rien_ne_finit(delegues: Delegues) -> None:
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(sorti_le=date(2026, 10, 18))
    assert actes.constater_le_registre(instant=scene.MANDATS) == 1
    assert actes.constater_le_registre(instant=scene.MANDATS) == 0
    assert constats() == [(delegues.personnes[0].pk, "sortie", "")]
    assert delegues.mandat(0).fin is None
    constat = Constat.objects.get()
    with pytest.raises(ActeImpossible) as refus:
        actes.decider_un_constat(
            constat=constat, suite="termine", par=responsable(delegues), instant=scene.MANDATS
        )
    assert refus.value.code == "cause"
    actes.decider_un_constat(
        constat=constat, suite="termine", cause="deces", par=responsable(delegues), instant=scene.MANDATS
    )
    fini = delegues.mandat(0)
    assert (fini.fin, fini.cause) == (date(2026, 10, 18), "deces")


def test_qui_change_de_section(delegues: Delegues) -> None:
    ailleurs = scene.faire_section("31002")
    Adherent.objects.filter(pk=delegues.personnes[1].pk).update(section=ailleurs)
    assert actes.constater_le_registre(instant=scene.MANDATS) == 1
    constat = Constat.objects.get()
    assert (constat.nature, constat.section) == ("depart", ailleurs)
    actes.decider_un_constat(
        constat=constat, suite="termine", par=responsable(delegues), instant=scene.MANDATS
    )
    fini = delegues.mandat(1)
    assert (fini.fin, fini.cause) == (date(2026, 10, 20), "depart")


def test_la_regle_de_la_campagne_garde_qui_change_de_section() -> None:
    delegues = faire_delegues(depart_met_fin=False)
    Adherent.objects.filter(pk=delegues.personnes[1].pk).update(section=scene.faire_section("31002"))
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(sorti_le=date(2026, 10, 18))
    actes.constater_le_registre(instant=scene.MANDATS)
    assert constats() == [(delegues.personnes[0].pk, "sortie", "")]


def test_une_fusion_ne_deplace_personne(delegues: Delegues) -> None:
    nouvelle = scene.faire_section("31GAR")
    for ancienne in (delegues.section, scene.faire_section("31002")):
        Equivalence.objects.create(
            ancienne=ancienne, nouvelle=nouvelle, nature="fusion", date_effet=date(2026, 10, 1)
        )
        Section.objects.filter(pk=ancienne.pk).update(etat="remplacee")
    Adherent.objects.filter(section=delegues.section).update(section=nouvelle)
    assert actes.constater_le_registre(instant=scene.MANDATS) == 0


def test_un_constat_que_le_registre_dement_devient_caduc(delegues: Delegues) -> None:
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(sorti_le=date(2026, 10, 18))
    actes.constater_le_registre(instant=scene.MANDATS)
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(sorti_le=None)
    assert actes.constater_le_registre(instant=scene.MANDATS) == 0
    assert constats() == [(delegues.personnes[0].pk, "sortie", "caduc")]
    # Gone again: proposed again.
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(sorti_le=date(2026, 10, 19))
    assert actes.constater_le_registre(instant=scene.MANDATS) == 1


def test_un_mandat_maintenu_n_est_pas_propose_encore(delegues: Delegues) -> None:
    Adherent.objects.filter(pk=delegues.personnes[1].pk).update(section=scene.faire_section("31002"))
    actes.constater_le_registre(instant=scene.MANDATS)
    constat, par = Constat.objects.get(), responsable(delegues)
    arguments = {"constat": constat, "suite": "maintenu", "par": par, "instant": scene.MANDATS}
    with pytest.raises(ActeImpossible) as refus:
        actes.decider_un_constat(motif="  ", **arguments)
    assert refus.value.code == "motif"
    actes.decider_un_constat(motif="Déménagement provisoire.", **arguments)
    assert delegues.mandat(1).fin is None
    assert actes.constater_le_registre(instant=scene.MANDATS) == 0
    with pytest.raises(ActeImpossible) as refus:
        actes.decider_un_constat(motif="Encore.", **arguments)
    assert refus.value.code == "decide"
    # Another move is another fact.
    Adherent.objects.filter(pk=delegues.personnes[1].pk).update(section=scene.faire_section("31003"))
    assert actes.constater_le_registre(instant=scene.MANDATS) == 1


def test_les_constats_d_ailleurs_ne_se_voient_ni_ne_se_decident(delegues: Delegues) -> None:
    Adherent.objects.filter(pk=delegues.personnes[0].pk).update(sorti_le=date(2026, 10, 18))
    actes.constater_le_registre(instant=scene.MANDATS)
    etranger = scene.faire_compte(
        "secretaire_federal", federation=scene.faire_section("75001", "75").federation
    )
    assert list(Constat.objects.visibles_par(etranger)) == []
    with pytest.raises(ActeImpossible) as refus:
        actes.decider_un_constat(constat=Constat.objects.get(), suite="termine", cause="deces", par=etranger)
    assert refus.value.code == "interdit"


def test_le_terme(delegues: Delegues) -> None:
    actes.demissionner(delegation=delegues.mandat(0), par=delegues.compte(0), instant=scene.MANDATS)
    assert actes.clore_au_terme(instant=scene.MANDATS) == 0
    assert actes.clore_au_terme(instant=scene.APRES) == 4
    assert actes.clore_au_terme(instant=scene.APRES) == 0
    assert set(Delegation.objects.values_list("fin", "cause")) == {
        (date(2026, 10, 20), "demission"),
        (date(2027, 6, 30), "terme"),
    }


def test_la_tache_fait_tout_cela(delegues: Delegues) -> None:
    """At the real date of the machine, whatever it is: the task runs, twice, and tells each delegate once."""
    suivre_les_mandats()
    suivre_les_mandats()
    assert len(mail.outbox) in {0, 5}
