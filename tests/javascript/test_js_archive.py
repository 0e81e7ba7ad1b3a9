"""The archive reader of the trustee's page: what it accepts, and the name it gives to each alteration."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.javascript.outil_belenios import ElectionClose, appeler


@dataclass(frozen=True)
class Enregistrement:
    nom: str
    corps: bytes

    @property
    def est_evenement(self) -> bool:
        return self.nom.endswith(".event.json")

    @property
    def type(self) -> str:
        return json.loads(self.corps)["type"] if self.est_evenement else ""


def lire(archive: bytes) -> list[Enregistrement]:
    suite, i = [], 0
    while i < len(archive):
        nom = archive[i : i + 100].split(b"\0")[0].decode()
        taille = int(archive[i + 124 : i + 135], 8)
        suite.append(Enregistrement(nom, archive[i + 512 : i + 512 + taille]))
        i += 512 + -(-taille // 512) * 512
    return suite


def ecrire(suite: list[Enregistrement]) -> bytes:
    instant = int(json.loads(suite[0].corps)["timestamp"])
    sortie = b""
    for e in suite:
        champs = [
            (0, e.nom.encode()),
            (100, b"0000644"),
            (108, b"0000000"),
            (116, b"0000000"),
            (124, b"%011o" % len(e.corps)),
            (136, b"%011o" % instant),
            (148, b" " * 8),
            (156, b"0"),
        ]
        bloc = bytearray(512)
        for position, valeur in champs:
            bloc[position : position + len(valeur)] = valeur
        bloc[148:156] = b"%06o\0 " % sum(bloc)
        sortie += bytes(bloc) + e.corps + b"\0" * (-len(e.corps) % 512)
    return sortie


def compact(valeur: object) -> bytes:
    return json.dumps(valeur, separators=(",", ":"), ensure_ascii=False).encode()


def en_b64(octets: bytes) -> str:
    """The protocol's Base64 of a SHA-256."""
    return base64.b64encode(hashlib.sha256(octets).digest()).decode().rstrip("=")


def donnee(corps: bytes) -> Enregistrement:
    return Enregistrement(hashlib.sha256(corps).hexdigest() + ".data.json", corps)


def rechainer(suite: list[Enregistrement]) -> list[Enregistrement]:
    """The same records with the names, payloads, parents and heights that their contents call for."""
    neuve, parent, hauteur, attente = [suite[0]], None, 0, []
    for e in suite[1:]:
        if not e.est_evenement:
            attente.append(donnee(e.corps))
            neuve.append(attente[-1])
            continue
        evenement = json.loads(e.corps)
        corps = {"parent": parent} if parent else {}
        corps |= {"height": hauteur, "type": evenement["type"]}
        if attente:
            corps["payload"] = attente[-1].nom[:64]
        octets = compact(corps)
        parent, hauteur, attente = hashlib.sha256(octets).hexdigest(), hauteur + 1, []
        neuve.append(Enregistrement(f"{parent}.event.json", octets))
    return neuve


def rang(suite: list[Enregistrement], type_: str, n: int = 0) -> int:
    return [i for i, e in enumerate(suite) if e.type == type_][n]


def jsons(suite: list[Enregistrement], i: int, refaire: Callable[[object], object]) -> list[Enregistrement]:
    """Replace record `i` by what `refaire` makes of its JSON, and its hash wherever later records name it."""
    avant = suite[i]
    apres = donnee(compact(refaire(json.loads(avant.corps))))
    suite = [*suite[:i], apres, *suite[i + 1 :]]
    return [
        replace(e, corps=e.corps.replace(avant.nom[:64].encode(), apres.nom[:64].encode())) if n > i else e
        for n, e in enumerate(suite)
    ]


def bulletin(
    n: int, refaire: Callable[[dict], object]
) -> Callable[[list[Enregistrement]], list[Enregistrement]]:
    return lambda suite: rechainer(jsons(suite, rang(suite, "Ballot", n) - 1, refaire))


def resigner(b: dict) -> dict:
    """Make the signature's hash agree with the contents again (its proof does not, which costs a key)."""
    corps = {k: v for k, v in b.items() if k != "signature"}
    return corps | {"signature": {"hash": en_b64(compact(corps)), "proof": b["signature"]["proof"]}}


def sans_la_premiere_preuve(b: dict) -> dict:
    b["answers"][0]["individual_proofs"].pop()
    return resigner(b)


def champs_a_l_envers(b: dict) -> dict:
    b["answers"][0] = dict(reversed(b["answers"][0].items()))
    return resigner(b)


def zeros_devant(b: dict) -> dict:
    b["answers"][0]["choices"][0]["alpha"] = "0" + b["answers"][0]["choices"][0]["alpha"]
    return resigner(b)


def preuve_changee(b: dict) -> dict:
    b["answers"][0]["overall_proof"][0]["challenge"] = "1"
    return b


def chiffre_change(b: dict) -> dict:
    b["answers"][0]["choices"][0]["alpha"] = "1"
    return resigner(b)


def inserer(suite: list[Enregistrement], i: int, *neufs: Enregistrement) -> list[Enregistrement]:
    return [*suite[:i], *neufs, *suite[i:]]


FIN = Enregistrement("0" * 64 + ".event.json", b'{"type":"EndBallots"}')
ALTERATIONS: dict[str, tuple[str, Callable[[list[Enregistrement]], list[Enregistrement]]]] = {
    "corps d'un bulletin modifié sans refaire son nom": (
        "empreinte",
        lambda s: [
            replace(e, corps=e.corps.replace(b'"alpha":"1', b'"alpha":"2', 1)) if n == 6 else e
            for n, e in enumerate(s)
        ],
    ),
    "bulletin retiré, chaîne laissée": (
        "chaine",
        lambda s: s[: rang(s, "Ballot", 1) - 1] + s[rang(s, "Ballot", 1) + 1 :],
    ),
    "bulletin retiré, chaîne refaite": (
        "total",
        lambda s: rechainer(s[: rang(s, "Ballot", 1) - 1] + s[rang(s, "Ballot", 1) + 1 :]),
    ),
    "re-vote retiré, chaîne refaite": (
        "total",
        lambda s: rechainer(s[: rang(s, "Ballot", -1) - 1] + s[rang(s, "Ballot", -1) + 1 :]),
    ),
    "bulletin répété": (
        "bulletin_rejoue",
        lambda s: rechainer(
            inserer(s, rang(s, "EndBallots"), *s[rang(s, "Ballot") - 1 : rang(s, "Ballot") + 1])
        ),
    ),
    "fin des bulletins au milieu": ("ordre", lambda s: rechainer(inserer(s, rang(s, "Ballot", 1) - 1, FIN))),
    "pas de fin des bulletins": (
        "ordre",
        lambda s: rechainer([e for e in s if e.type != "EndBallots"]),
    ),
    "événement inconnu": (
        "ordre",
        lambda s: rechainer([replace(e, corps=e.corps.replace(b"EndBallots", b"toString")) for e in s]),
    ),
    "deux ouvertures": ("ordre", lambda s: rechainer([*s, *s[1:6]])),
    "donnée que rien n'annonce": (
        "donnees",
        lambda s: rechainer(inserer(s, rang(s, "Ballot") - 1, donnee(b'"x"'))),
    ),
    "cinq données sans événement": ("donnees", lambda s: [*s, *[donnee(b'"%d"' % i) for i in range(5)]]),
    "archive coupée entre donnée et événement": ("tronquee", lambda s: s[: rang(s, "Ballot", 1)]),
    "preuve modifiée": ("signature", bulletin(0, preuve_changee)),
    "preuve manquante, hash refait": ("bulletin", bulletin(0, sans_la_premiere_preuve)),
    "champs dans un autre ordre, hash refait": ("bulletin", bulletin(0, champs_a_l_envers)),
    "zéro devant un nombre, hash refait": ("bulletin", bulletin(0, zeros_devant)),
    "champ de trop": ("bulletin", bulletin(0, lambda b: b | {"note": "x"})),
    "bulletin qui n'est pas un objet": ("bulletin", bulletin(0, lambda b: None)),
    "chiffré changé, hash refait": ("total", bulletin(1, chiffre_change)),
    "bulletin d'une autre élection": (
        "bulletin_etranger",
        bulletin(0, lambda b: resigner(b | {"election_hash": "x"})),
    ),
    "code hors liste": ("credentiel_inconnu", bulletin(0, lambda b: resigner(b | {"credential": "4"}))),
    "code public en double": ("credentiel_double", lambda s: rechainer(jsons(s, 3, lambda c: [c[0], *c]))),
    "code public non décimal": ("credentiels", lambda s: rechainer(jsons(s, 3, lambda c: ["x", *c[1:]]))),
    "gardien retiré": ("gardiens", lambda s: rechainer(jsons(s, 2, lambda g: g[:1]))),
    "clé de gardien sans preuve": (
        "gardiens",
        lambda s: rechainer(jsons(s, 2, lambda g: [[g[0][0], g[0][1] | {"pok": g[1][1]["pok"]}], g[1]])),
    ),
    "gardiens à seuil": (
        "gardiens_seuil",
        lambda s: rechainer(jsons(s, 2, lambda g: [["Pedersen", {}], *g])),
    ),
    "autre groupe": ("election", lambda s: rechainer(jsons(s, 1, lambda e: e | {"group": "RFC-3526-2048"}))),
    "ouverture qui désigne autre chose": (
        "donnees",
        lambda s: rechainer(jsons(s, 4, lambda o: o | {"credentials": "0" * 64})),
    ),
    "nombre de bulletins faux": (
        "total",
        lambda s: rechainer(jsons(s, rang(s, "EncryptedTally") - 1, lambda t: t | {"num_tallied": 5})),
    ),
    "total chiffré faux": (
        "total",
        lambda s: rechainer(
            jsons(s, rang(s, "EncryptedTally") - 2, lambda t: [[t[0][1], t[0][0], *t[0][2:]], *t[1:]])
        ),
    ),
    "nom de fichier étranger": ("conteneur", lambda s: [*s, Enregistrement("notes.txt", b"x")]),
    "en-tête d'un autre protocole": (
        "entete",
        lambda s: [Enregistrement("BELENIOS", s[0].corps.replace(b'"version":1', b'"version":2')), *s[1:]],
    ),
}


def test_l_archive_de_reference_est_lue(vecteurs: Path) -> None:
    suite = lire((vecteurs / "a-single.bel").read_bytes())
    assert appeler("lireArchive", archive=str(vecteurs / "a-single.bel")) == {
        "etat": "depouillee",
        "uuid": "kTLHHGojorGc9E",
        "empreinte": en_b64(suite[1].corps),
        "gardiens": [json.loads(suite[2].corps)[0][1]["public_key"]],
        "inscrits": 20,
        "bulletins": 17,
        "comptes": 15,
        "parts": [1],
        "hauteur": 21,
        "tete": suite[-1].nom[:64],
        "total": [3, 6, 2],
        "derniere_avance": {"octets": 434176, "bulletins": 17},
    }


def test_une_urne_ouverte_est_un_prefixe_valide(election_close: ElectionClose, tmp_path: Path) -> None:
    suite = lire(election_close.election.archive.read_bytes())
    attendus = [("Setup", 0, "ouverte", 0), ("Ballot", 1, "ouverte", 2), ("EndBallots", 0, "close", 4)]
    for type_, n, etat, comptes in attendus:
        prefixe = tmp_path / f"{type_}.bel"
        prefixe.write_bytes(ecrire(suite[: rang(suite, type_, n) + 1]))
        lue = appeler("lireArchive", archive=str(prefixe))
        assert (lue["etat"], lue["comptes"], lue["total"]) == (etat, comptes, None)


def test_le_decoupage_du_flux_ne_change_rien(election_close: ElectionClose) -> None:
    archive = str(election_close.election.archive)
    attendu = appeler("lireArchive", archive=archive)
    assert (attendu["etat"], attendu["bulletins"], attendu["comptes"]) == ("totalisee", 5, 4)
    for paquet in (1000, 513, 512):
        assert appeler("lireArchive", archive=archive, paquet=paquet) == attendu


@pytest.mark.parametrize("nom", ALTERATIONS)
def test_chaque_alteration_est_nommee(election_close: ElectionClose, tmp_path: Path, nom: str) -> None:
    code, alterer = ALTERATIONS[nom]
    d_origine = election_close.election.archive.read_bytes()
    assert ecrire(lire(d_origine)) == d_origine
    alteree = ecrire(alterer(lire(d_origine)))
    assert alteree != d_origine
    (tmp_path / "alteree.bel").write_bytes(alteree)
    assert appeler("lireArchive", archive=str(tmp_path / "alteree.bel"))["erreur"] == code


@pytest.mark.parametrize(
    ("alterer", "code"),
    [
        (lambda a: b"", "entete"),
        (lambda a: a[:300], "tronquee"),
        (lambda a: a[:512], "tronquee"),
        (lambda a: a[:-512], "tronquee"),
        (lambda a: a[:-100], "tronquee"),
        (lambda a: a + b"\0" * 1024, "conteneur"),
        (lambda a: a[:510] + b"x" + a[511:], "conteneur"),
        (lambda a: a[:1000] + b"x" + a[1001:], "conteneur"),
        (lambda a: a[:1160] + b"77777777777" + a[1171:], "conteneur"),
        (lambda a: a[:1148] + b"77777777777" + a[1159:], "trop_gros"),
        (lambda a: b"<!doctype html>" + b" " * 1000, "conteneur"),
    ],
    ids=[
        "vide",
        "300",
        "512",
        "un-bloc-de-moins",
        "100-de-moins",
        "zeros",
        "en-tete",
        "bourrage",
        "heure",
        "taille",
        "html",
    ],
)
def test_un_conteneur_abime_est_nomme(
    election_close: ElectionClose, tmp_path: Path, alterer: Callable[[bytes], bytes], code: str
) -> None:
    (tmp_path / "abimee.bel").write_bytes(alterer(election_close.election.archive.read_bytes()))
    assert appeler("lireArchive", archive=str(tmp_path / "abimee.bel"))["erreur"] == code
