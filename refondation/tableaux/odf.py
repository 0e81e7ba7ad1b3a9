"""Write OpenDocument spreadsheets, line by line, as `ecriture` does for XLSX: texts stay texts, dates dates."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

GENRE = "application/vnd.oasis.opendocument.spreadsheet"
_INTERDITS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANCS = re.compile(r" {2,}|^ | $|\t|\n")

_MANIFESTE = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" \
manifest:version="1.2"><manifest:file-entry manifest:full-path="/" manifest:version="1.2" \
manifest:media-type="{GENRE}"/><manifest:file-entry manifest:full-path="content.xml" \
manifest:media-type="text/xml"/></manifest:manifest>"""
# Styles: ce1 header in bold, ce2 date, ce3 date and hour; co1 the width of all columns.
_DEBUT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" \
xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" \
xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" \
xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" \
xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" \
xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" office:version="1.2">\
<office:automatic-styles><number:date-style style:name="N1"><number:day number:style="long"/>\
<number:text>/</number:text><number:month number:style="long"/><number:text>/</number:text>\
<number:year number:style="long"/></number:date-style><number:date-style style:name="N2">\
<number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/>\
<number:text>/</number:text><number:year number:style="long"/><number:text> </number:text>\
<number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/>\
</number:date-style><style:style style:name="co1" style:family="table-column">\
<style:table-column-properties style:column-width="4.5cm"/></style:style>\
<style:style style:name="ce1" style:family="table-cell"><style:text-properties fo:font-weight="bold"/>\
</style:style><style:style style:name="ce2" style:family="table-cell" style:data-style-name="N1"/>\
<style:style style:name="ce3" style:family="table-cell" style:data-style-name="N2"/>\
</office:automatic-styles><office:body><office:spreadsheet>"""
_FIN = "</office:spreadsheet></office:body></office:document-content>"


def ecrire_odf(
    fichier: IO[bytes], feuilles: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]
) -> None:
    """Write an .ods of (name, header, lines); an empty header makes a sheet of free lines."""
    with zipfile.ZipFile(fichier, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        # The type comes first and bare: programs read it at a fixed place.
        archive.writestr(zipfile.ZipInfo("mimetype"), GENRE)
        archive.writestr("META-INF/manifest.xml", _MANIFESTE)
        with archive.open("content.xml", "w", force_zip64=True) as flux:
            flux.write(_DEBUT.encode())
            for nom, entete, lignes in feuilles:
                for morceau in _feuille(nom, entete, lignes):
                    flux.write(morceau.encode())
            flux.write(_FIN.encode())


def _feuille(nom: str, entete: Sequence[str], lignes: Iterable[Sequence[Any]]) -> Iterator[str]:
    colonnes = max(len(entete), 2)
    yield (
        f"<table:table table:name={quoteattr(nom)}>"
        f'<table:table-column table:style-name="co1" table:number-columns-repeated="{colonnes}"/>'
    )
    if entete:
        titres = "".join(_texte(titre, style=' table:style-name="ce1"') for titre in entete)
        yield f"<table:table-header-rows><table:table-row>{titres}</table:table-row></table:table-header-rows>"
    tampon: list[str] = []
    for ligne in lignes:
        tampon.append(f"<table:table-row>{''.join(map(_cellule, ligne))}</table:table-row>")
        if len(tampon) >= 500:
            yield "".join(tampon)
            tampon.clear()
    yield "".join(tampon) + "</table:table>"


def _cellule(valeur: Any) -> str:
    if valeur is None or valeur == "":
        return "<table:table-cell/>"
    if isinstance(valeur, datetime):
        return (
            '<table:table-cell table:style-name="ce3" office:value-type="date" '
            f'office:date-value="{valeur:%Y-%m-%dT%H:%M:%S}"><text:p>{valeur:%d/%m/%Y %H:%M}</text:p>'
            "</table:table-cell>"
        )
    if isinstance(valeur, date):
        return (
            '<table:table-cell table:style-name="ce2" office:value-type="date" '
            f'office:date-value="{valeur:%Y-%m-%d}"><text:p>{valeur:%d/%m/%Y}</text:p></table:table-cell>'
        )
    if isinstance(valeur, int | float) and not isinstance(valeur, bool):
        return (
            f'<table:table-cell office:value-type="float" office:value="{valeur}">'
            f"<text:p>{valeur}</text:p></table:table-cell>"
        )
    return _texte(str(valeur))


def _texte(texte: str, style: str = "") -> str:
    contenu = escape(_INTERDITS.sub("", texte))
    if _BLANCS.search(contenu):  # the format folds blanks that it is not told to keep
        contenu = _BLANCS.sub(_blancs, contenu)
    return (
        f'<table:table-cell{style} office:value-type="string"><text:p>{contenu}</text:p></table:table-cell>'
    )


def _blancs(trouve: re.Match[str]) -> str:
    blancs = trouve[0]
    if blancs == "\t":
        return "<text:tab/>"
    return "<text:line-break/>" if blancs == "\n" else f'<text:s text:c="{len(blancs)}"/>'
