"""Files as people send them: known by content, cleaned, refused with words."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, TextStringObject

from delegues.fichiers import JPEG, OCTETS_MAX, PDF, PNG, genre_de, nettoyer, nettoyer_photo
from refondation.membres.regles import ActeImpossible


def image(forme: str, taille: tuple[int, int] = (40, 20), *, mode: str = "RGB", **options: object) -> bytes:
    sortie = io.BytesIO()
    Image.new(mode, taille, "red" if mode != "1" else 1).save(sortie, forme, **options)
    return sortie.getvalue()


def heic(taille: tuple[int, int] = (64, 32)) -> bytes:
    from pillow_heif import from_pillow

    sortie = io.BytesIO()
    from_pillow(Image.new("RGB", taille, "red")).save(sortie)
    return sortie.getvalue()


def avec_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Appareil de Jeanne"
    exif.get_ifd(0x8825)[1] = "N"
    return image("JPEG", exif=exif)


def pdf(pages: int = 1, *, piege: bool = False, mot_de_passe: str = "") -> bytes:
    redacteur = PdfWriter()
    for _ in range(pages):
        redacteur.add_blank_page(200, 100)
    if piege:
        ouverture = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("piege ouvert")}
        )
        redacteur._root_object[NameObject("/OpenAction")] = redacteur._add_object(ouverture)
        redacteur.add_attachment("piege.exe", b"MZ piege joint")
        redacteur.add_metadata({"/Author": "Jeanne"})
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("piege()")}
        )
        page = redacteur.pages[0]
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
        lien = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
        page[NameObject("/Annots")] = redacteur._add_object(ArrayObject([redacteur._add_object(lien)]))
        dessin = DecodedStreamObject()
        dessin.set_data(b"")
        dessin[NameObject("/Type")] = NameObject("/XObject")
        dessin[NameObject("/JS")] = TextStringObject("piege en profondeur")
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/XObject"): DictionaryObject({NameObject("/Fm0"): redacteur._add_object(dessin)})}
        )
    if mot_de_passe:
        redacteur.encrypt(mot_de_passe)
    sortie = io.BytesIO()
    redacteur.write(sortie)
    return sortie.getvalue()


def envoi(contenu: bytes, nom: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, contenu, content_type="image/jpeg")


@pytest.mark.parametrize(
    ("faire", "genre", "extension"),
    [
        (lambda: image("JPEG"), JPEG, "jpg"),
        (lambda: image("PNG"), PNG, "png"),
        (lambda: image("PNG", mode="RGBA"), PNG, "png"),
        (lambda: image("PNG", mode="1"), PNG, "png"),
        (heic, JPEG, "jpg"),
        (pdf, PDF, "pdf"),
    ],
    ids=["jpeg", "png", "png transparent", "png noir et blanc", "heic", "pdf"],
)
def test_le_contenu_dit_le_type_et_jamais_le_nom(
    faire: Callable[[], bytes], genre: str, extension: str
) -> None:
    propre = nettoyer(envoi(faire(), "n'importe quoi.exe"))
    assert propre.genre == genre
    assert genre_de(propre.contenu) == genre
    assert propre.fichier().name == f"{propre.empreinte}.{extension}"
    assert nettoyer(envoi(propre.contenu)).genre == genre


def test_une_photo_perd_ce_qu_elle_dit_de_la_personne_et_se_redresse() -> None:
    propre = nettoyer(envoi(avec_exif(6)))
    with Image.open(io.BytesIO(propre.contenu)) as nue:
        assert nue.size == (20, 40)
        assert dict(nue.getexif()) == {}
    assert b"Jeanne" not in propre.contenu


def test_un_texte_dans_un_png_disparait() -> None:
    infos = PngImagePlugin.PngInfo()
    infos.add_text("Auteur", "Jeanne")
    assert b"Jeanne" not in nettoyer(envoi(image("PNG", pnginfo=infos))).contenu


@pytest.mark.parametrize(("nettoie", "cote"), [(nettoyer, 3000), (nettoyer_photo, 800)])
def test_une_grande_photo_est_reduite(nettoie: Callable, cote: int) -> None:
    with Image.open(io.BytesIO(nettoie(envoi(image("JPEG", (4000, 1000)))).contenu)) as reduite:
        assert reduite.size == (cote, cote // 4)


def test_un_pdf_perd_scripts_formulaires_pieces_jointes_et_auteur() -> None:
    sale = pdf(2, piege=True)
    assert b"piege" in sale
    propre = nettoyer(envoi(sale))
    lu = PdfReader(io.BytesIO(propre.contenu))
    assert len(lu.pages) == 2
    assert dict(lu.attachments) == {}
    assert {"/Names", "/OpenAction", "/AcroForm", "/AA"} & set(lu.trailer["/Root"]) == set()
    assert {"/AA", "/Annots"} & {cle for page in lu.pages for cle in page} == set()
    for trace in (b"piege", b"Jeanne", b"JavaScript", b"/JS"):
        assert trace not in propre.contenu


@pytest.mark.parametrize(
    ("contenu", "code"),
    [
        (b"", "fichier_vide"),
        (b"MZ" + b"\0" * 2000, "fichier_inconnu"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "fichier_inconnu"),
        (b"\xff\xd8\xff" + b"\0" * 100, "fichier_illisible"),
        (image("PNG")[:60], "fichier_illisible"),
        (heic()[:200], "fichier_illisible"),
        (b"%PDF-1.7\nrien", "fichier_illisible"),
        (pdf(mot_de_passe="x"), "fichier_protege"),
        (pdf(61), "fichier_trop_gros"),
        (image("PNG", (9000, 9000), mode="1"), "fichier_trop_gros"),
        (b"\xff\xd8\xff" + b"\0" * OCTETS_MAX, "fichier_trop_gros"),
    ],
    ids=[
        "vide",
        "programme",
        "svg",
        "jpeg faux",
        "png tronque",
        "heic tronque",
        "pdf faux",
        "pdf protege",
        "pdf long",
        "image immense",
        "fichier immense",
    ],
)
def test_un_mauvais_fichier_est_refuse_avec_ses_mots(contenu: bytes, code: str) -> None:
    with pytest.raises(ActeImpossible) as refus:
        nettoyer(envoi(contenu))
    assert (refus.value.code, refus.value.statut) == (code, 400)


def test_un_portrait_n_est_pas_un_pdf() -> None:
    with pytest.raises(ActeImpossible) as refus:
        nettoyer_photo(envoi(pdf()))
    assert refus.value.code == "fichier_inconnu"


SAIN = {"pdf": pdf(2, piege=True), "jpeg": avec_exif(3), "png": image("PNG"), "heic": heic()}


@given(
    st.sampled_from(sorted(SAIN)),
    st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=8)), max_size=6),
)
def test_un_fichier_abime_est_nettoye_ou_refuse_jamais_une_panne(
    nom: str, coups: list[tuple[int, bytes]]
) -> None:
    contenu = bytearray(SAIN[nom])
    for place, octets in coups:
        debut = place % len(contenu)
        contenu[debut : debut + len(octets)] = octets
    code, genre = "", ""
    try:
        propre = nettoyer(envoi(bytes(contenu)))
        genre = genre_de(propre.contenu)
    except ActeImpossible as refus:
        code = refus.code
    assert genre in {PDF, JPEG, PNG} or code.startswith("fichier_")
