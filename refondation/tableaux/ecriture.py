"""Write tables that spreadsheets open as they are: CSV (UTF-8 with BOM, `;`) and XLSX, line by line."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import IO, Any
from xml.sax.saxutils import escape

_INTERDITS = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sans_formule(texte: str) -> str:
    """A cell that a spreadsheet will not run: names are typed by people, hence may start with `=`."""
    return f"'{texte}" if texte[:1] in {"=", "+", "-", "@", "\t", "\r"} else texte


class _Echo:
    def write(self, texte: str) -> str:
        return texte


def lignes_csv(entete: Sequence[str], lignes: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The pieces of a CSV file, to stream; dates in the French way, no cell that runs."""
    redacteur = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff" + redacteur.writerow(entete)
    for ligne in lignes:
        yield redacteur.writerow([sans_formule(_texte(valeur)) for valeur in ligne])


def _texte(valeur: Any) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, datetime):
        return f"{valeur:%d/%m/%Y %H:%M}"
    return f"{valeur:%d/%m/%Y}" if isinstance(valeur, date) else str(valeur)


# --- XLSX -------------------------------------------------------------------------------------
# openpyxl takes a minute for 200,000 members: the few parts that a workbook needs are written here.

_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" \
ContentType="application/xml"/><Override PartName="/xl/workbook.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override \
PartName="/xl/styles.xml" \
ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{feuilles}</Types>"""
_TYPE_DE_FEUILLE = (
    '<Override PartName="/xl/worksheets/sheet{n}.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
)
_RACINE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" \
Target="xl/workbook.xml"/></Relationships>"""
_LIVRE = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" \
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>{feuilles}\
</sheets></workbook>"""
_LIENS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{feuilles}<Relationship \
Id="rIdS" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" \
Target="styles.xml"/></Relationships>"""
# Styles 0: plain, 1: header in bold, 2: date (14 is the reader's own short date), 3: date and time, 4: text.
_STYLES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="2"><font><sz \
val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills \
count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill \
patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/>\
</border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>\
</cellStyleXfs><cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf \
numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/><xf numFmtId="14" fontId="0" \
fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="22" fontId="0" fillId="0" \
borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" \
applyNumberFormat="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" \
builtinId="0"/></cellStyles></styleSheet>"""
_DEBUT = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView \
workbookViewId="0"{actif}>{volet}</sheetView></sheetViews><cols><col min="1" max="{colonnes}" width="22" \
customWidth="1"/></cols><sheetData>"""
_VOLET = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
_ORIGINE = date(1899, 12, 30)


def ecrire_classeur(
    fichier: IO[bytes], feuilles: Sequence[tuple[str, Sequence[str], Iterable[Sequence[Any]]]]
) -> None:
    """Write a workbook of (name, header, lines); an empty header makes a sheet of free lines.

    Texts are stored as texts, never as formulas; dates as dates.
    """
    with zipfile.ZipFile(fichier, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        rangs = range(1, len(feuilles) + 1)
        parties = {
            "[Content_Types].xml": _TYPES.format(
                feuilles="".join(_TYPE_DE_FEUILLE.format(n=n) for n in rangs)
            ),
            "_rels/.rels": _RACINE,
            "xl/workbook.xml": _LIVRE.format(
                feuilles="".join(
                    f'<sheet name="{escape(feuille[0])}" sheetId="{n}" r:id="rId{n}"/>'
                    for n, feuille in enumerate(feuilles, 1)
                )
            ),
            "xl/_rels/workbook.xml.rels": _LIENS.format(
                feuilles="".join(
                    f'<Relationship Id="rId{n}" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
                    f'relationships/worksheet" Target="worksheets/sheet{n}.xml"/>'
                    for n in rangs
                )
            ),
            "xl/styles.xml": _STYLES,
        }
        for nom, contenu in parties.items():
            archive.writestr(nom, contenu)
        for n, (_, entete, lignes) in enumerate(feuilles, 1):
            with archive.open(f"xl/worksheets/sheet{n}.xml", "w", force_zip64=True) as flux:
                for morceau in _feuille(entete, lignes, premiere=n == 1):
                    flux.write(morceau.encode())


def _feuille(entete: Sequence[str], lignes: Iterable[Sequence[Any]], *, premiere: bool) -> Iterator[str]:
    yield _DEBUT.format(
        actif=' tabSelected="1"' if premiere else "",
        volet=_VOLET if entete else "",
        colonnes=max(len(entete), 2),
    )
    if entete:
        yield "<row>" + "".join(_cellule(nom, style=1) for nom in entete) + "</row>"
    tampon: list[str] = []
    for ligne in lignes:
        tampon.append("<row>" + "".join(map(_cellule, ligne)) + "</row>")
        if len(tampon) >= 500:
            yield "".join(tampon)
            tampon.clear()
    yield "".join(tampon) + "</sheetData></worksheet>"


def _cellule(valeur: Any, style: int = 4) -> str:
    if valeur is None or valeur == "":
        return "<c/>"
    if isinstance(valeur, datetime):
        jours = (valeur.date() - _ORIGINE).days + (valeur.hour * 3600 + valeur.minute * 60) / 86400
        return f'<c s="3"><v>{jours}</v></c>'
    if isinstance(valeur, date):
        return f'<c s="2"><v>{(valeur - _ORIGINE).days}</v></c>'
    if isinstance(valeur, int | float) and not isinstance(valeur, bool):
        return f"<c><v>{valeur}</v></c>"
    texte = escape(_INTERDITS.sub("", str(valeur)))
    return f'<c s="{style}" t="inlineStr"><is><t xml:space="preserve">{texte}</t></is></c>'
