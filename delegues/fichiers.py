"""Files that people send: known by their content, cleaned, kept outside what the web serves, given back privately."""

from __future__ import annotations

import hashlib
import io
import logging
from typing import NamedTuple

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from PIL import Image, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from refondation.membres.regles import ActeImpossible

# It would write pieces of people's files in the logs.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

OCTETS_MAX = 10_000_000
PIXELS_MAX = 80_000_000  # above most phones' cameras, below what would fill the memory
# Pillow would warn, then decode: the size is checked here before any pixel is read.
Image.MAX_IMAGE_PIXELS = None
COTE_DE_PIECE = 3000  # pixels: an A4 page at 250 dots per inch stays readable
COTE_DE_PHOTO = 800
PAGES_MAX = 60

PDF, JPEG, PNG, HEIC = "application/pdf", "image/jpeg", "image/png", "image/heic"
EXTENSIONS = {PDF: "pdf", JPEG: "jpg", PNG: "png"}
# Brands of the container that phones write (ISO/IEC 23008-12), after the word `ftyp`.
MARQUES_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1"}
# What a page or a document may carry that acts on opening, on a click or on a key.
ACTIFS_DE_PAGE = ("/AA", "/Annots", "/PieceInfo", "/Metadata", "/Thumb")


class Propre(NamedTuple):
    """What is kept of a file: its bytes after cleaning, their type and their SHA-256 (hex)."""

    contenu: bytes
    genre: str
    empreinte: str

    def fichier(self) -> ContentFile:
        """For a `FileField`: the name on disk is the fingerprint, never what the sender wrote."""
        return ContentFile(self.contenu, name=f"{self.empreinte}.{EXTENSIONS[self.genre]}")


def _refus(message: str, code: str) -> ActeImpossible:
    return ActeImpossible(message, code=code, statut=400)


def genre_de(debut: bytes) -> str:
    """The type that the first bytes say, "" when it is none of those admitted."""
    if debut.startswith(b"\xff\xd8\xff"):
        return JPEG
    if debut.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if debut[4:8] == b"ftyp" and debut[8:12] in MARQUES_HEIC:
        return HEIC
    # Some scanners write a few bytes before the header, as readers admit.
    return PDF if b"%PDF-" in debut[:1024] else ""


def nettoyer(envoi: UploadedFile, *, cote: int = COTE_DE_PIECE) -> Propre:
    """A PDF without scripts, or an image encoded again without metadata, at most `cote` pixels wide and high.

    Refuses (`ActeImpossible`, status 400) with codes `fichier_vide`, `fichier_trop_gros`,
    `fichier_inconnu`, `fichier_illisible`, `fichier_protege`.
    """
    brut = _lire(envoi)
    genre = genre_de(brut[:1024])
    if not genre:
        raise _refus(
            "Ce fichier n'est ni un PDF ni une photo (JPEG, PNG, HEIC). "
            "Prenez une photo du papier, ou enregistrez-le en PDF.",
            "fichier_inconnu",
        )
    contenu, genre = _pdf(brut) if genre == PDF else _image(brut, genre, cote)
    return Propre(contenu, genre, hashlib.sha256(contenu).hexdigest())


def nettoyer_photo(envoi: UploadedFile) -> Propre:
    """A portrait: an image only, small, without metadata; same refusals."""
    if genre_de(_lire(envoi)[:1024]) == PDF:
        raise _refus("Ce fichier est un PDF. Envoyez une photo (JPEG, PNG, HEIC).", "fichier_inconnu")
    return nettoyer(envoi, cote=COTE_DE_PHOTO)


def _lire(envoi: UploadedFile) -> bytes:
    if not envoi.size:
        raise _refus("Ce fichier est vide. Choisissez-le de nouveau.", "fichier_vide")
    if envoi.size > OCTETS_MAX:
        raise _refus(
            f"Ce fichier fait {envoi.size / 1e6:.0f} Mo : la limite est de 10 Mo. "
            "Envoyez une page à la fois, ou une photo moins détaillée.",
            "fichier_trop_gros",
        )
    envoi.seek(0)
    return envoi.read()


def _illisible() -> ActeImpossible:
    return _refus(
        "Ce fichier est abîmé : il ne s'ouvre pas. Prenez une autre photo, ou numérisez-le de nouveau.",
        "fichier_illisible",
    )


# --- Images --------------------------------------------------------------------------------------


def _image(brut: bytes, genre: str, cote: int) -> tuple[bytes, str]:
    """Turned as it was shot, reduced, encoded again: nothing of the place, the device or the hour is left."""
    if genre == HEIC:
        from pillow_heif import register_heif_opener

        register_heif_opener(thumbnails=False)
    decodeur = {JPEG: "JPEG", PNG: "PNG", HEIC: "HEIF"}[genre]
    try:
        with Image.open(io.BytesIO(brut), formats=[decodeur]) as brute:
            if brute.width * brute.height > PIXELS_MAX:
                raise _refus(
                    "Cette image est trop grande. Envoyez une photo moins détaillée.", "fichier_trop_gros"
                )
            brute.draft("RGB", (cote, cote))
            droite = ImageOps.exif_transpose(brute)
            droite.thumbnail((cote, cote))
            sortie = io.BytesIO()
            image = _sur_fond_blanc(droite) if genre == PNG else droite.convert("RGB")
            if genre == PNG:
                image.save(sortie, "PNG", optimize=True)
                return sortie.getvalue(), PNG
            image.save(sortie, "JPEG", quality=85, optimize=True)
            return sortie.getvalue(), JPEG
    except ActeImpossible:
        raise
    except Exception as erreur:  # a damaged file may raise anything in its decoder
        raise _illisible() from erreur


def _sur_fond_blanc(image: Image.Image) -> Image.Image:
    """Without transparency, in which text could hide, and without anything but pixels."""
    if image.mode in {"1", "L"}:
        nue = Image.new(image.mode, image.size)
        nue.paste(image)
        return nue
    fond = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(fond, image.convert("RGBA")).convert("RGB")


# --- PDF -----------------------------------------------------------------------------------------


def _pdf(brut: bytes) -> tuple[bytes, str]:
    """Its pages alone, copied into a new document: no script, form, attachment, link nor metadata."""
    try:
        lecteur = PdfReader(io.BytesIO(brut))
        if lecteur.is_encrypted:
            raise _refus(
                "Ce PDF est protégé par un mot de passe. Enregistrez-le sans protection, ou prenez une photo.",
                "fichier_protege",
            )
        if not 0 < len(lecteur.pages) <= PAGES_MAX:
            raise _refus(
                f"Ce PDF a {len(lecteur.pages)} pages : il en faut de 1 à {PAGES_MAX}.", "fichier_trop_gros"
            )
        redacteur = PdfWriter()
        for page in lecteur.pages:
            for cle in ACTIFS_DE_PAGE:
                page.pop(cle, None)
            _desarmer(page, set())
            redacteur.add_page(page)
        redacteur.metadata = None
        sortie = io.BytesIO()
        redacteur.write(sortie)
        return sortie.getvalue(), PDF
    except ActeImpossible:
        raise
    except Exception as erreur:  # the same of its reader
        raise _illisible() from erreur


def _desarmer(objet: object, vus: set[int]) -> None:
    """Take out of what a page reaches any action and script, without following its parent."""
    objet = objet.get_object() if hasattr(objet, "get_object") else objet
    if id(objet) in vus:
        return
    vus.add(id(objet))
    if isinstance(objet, DictionaryObject):
        for cle in ("/AA", "/A", "/OpenAction", "/JS", "/JavaScript", "/EmbeddedFiles", "/Metadata"):
            objet.pop(NameObject(cle), None)
        for cle, valeur in list(objet.items()):
            if cle not in {"/Parent", "/P"}:
                _desarmer(valeur, vus)
    elif isinstance(objet, ArrayObject):
        for valeur in objet:
            _desarmer(valeur, vus)


# --- Giving back ---------------------------------------------------------------------------------


def remettre(fichier: FieldFile, *, nom: str, genre: str) -> HttpResponse:
    """The file to whom the view let in: never cached, never guessed, a PDF saved rather than shown.

    Read whole: what is kept is small, and nothing stays open.
    """
    with fichier.open("rb") as ouvert:
        reponse = HttpResponse(ouvert.read(), content_type=genre)
    reponse["Content-Disposition"] = content_disposition_header(genre == PDF, f"{nom}.{EXTENSIONS[genre]}")
    reponse["Cache-Control"] = "private, no-store"
    reponse["X-Content-Type-Options"] = "nosniff"
    return reponse
