"""Forms as they are written: labels, help, errors, what is optional."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.template.loader import render_to_string

from refondation.interface.exemples import FormulaireExemple
from tests.interface.lecture import Lecture, defauts_de

FAUX = {"nom": "", "jour": "2026-02-30", "code": "12", "forme": "ailleurs"}


class Filtres(forms.Form):
    q = forms.CharField(label="Nom", required=False)


class Cachee(forms.Form):
    jeton = forms.CharField(widget=forms.HiddenInput)


def page(corps: str) -> HttpResponse:
    return HttpResponse(f"<main><h1>Titre</h1>{corps}</main>")


def test_chaque_champ_a_son_etiquette_et_son_aide() -> None:
    html = str(FormulaireExemple())
    assert defauts_de(page(html)) == []
    assert '<label for="id_nom">Nom de la réunion</label>' in html
    assert 'aria-describedby="id_nom_helptext"' in html
    assert '<p class="champ-aide" id="id_nom_helptext">Tel qu' in html


def test_un_groupe_de_choix_est_un_fieldset_legende() -> None:
    html = " ".join(str(FormulaireExemple()["forme"].as_field_group()).split())
    assert html.startswith('<fieldset class="champ champ-groupe"')
    assert "<legend>Forme</legend>" in html


def test_ce_qui_est_facultatif_est_dit_la_ou_le_reste_est_obligatoire() -> None:
    champs = FormulaireExemple()
    assert "(facultatif)" in str(champs["lieu"].as_field_group())
    assert "(facultatif)" not in str(champs["nom"].as_field_group())
    assert "(facultatif)" not in str(Filtres())


def test_une_case_seule_precede_son_etiquette() -> None:
    html = str(FormulaireExemple()["rappel"].as_field_group())
    assert html.index("<input") < html.index("<label")


def test_une_erreur_est_a_cote_du_champ_et_dans_le_resume() -> None:
    form = FormulaireExemple(FAUX)
    html = render_to_string("interface/erreurs.html", {"form": form}) + str(form)
    assert defauts_de(page(html)) == []
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_nom_helptext id_nom_error"' in html
    assert '<a href="#id_nom">Nom de la réunion</a>' in html
    cibles = {morceau.split('"')[0] for morceau in html.split('href="#')[1:]}
    assert cibles <= set(Lecture(html).ids)
    assert {"id_nom", "id_jour", "id_forme", "id_section"} == cibles


def test_la_saisie_reste() -> None:
    html = str(FormulaireExemple(FAUX | {"lieu": "Salle <des> fêtes"}))
    assert 'value="Salle &lt;des&gt; fêtes"' in html


def test_un_champ_cache_dit_son_erreur_sans_lien() -> None:
    html = render_to_string("interface/erreurs.html", {"form": Cachee({})})
    assert "Ce champ est obligatoire" in html
    assert "<a" not in html


def test_sans_erreur_pas_de_resume() -> None:
    assert render_to_string("interface/erreurs.html", {"form": FormulaireExemple()}).strip() == ""


def test_une_erreur_de_tout_le_formulaire_est_au_resume() -> None:
    form = Filtres({"q": "a"})
    form.is_valid()
    form.add_error(None, "Trop de demandes. Patientez une minute.")
    html = render_to_string("interface/erreurs.html", {"form": form})
    assert "<p>Trop de demandes. Patientez une minute.</p>" in html
    assert "À corriger" not in html
