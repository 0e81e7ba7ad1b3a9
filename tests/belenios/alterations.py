"""Ways to alter an archive, each with the reason for which it must be refused.

An alteration takes the records of a valid, counted archive and a `signer` (ballot as JSON object → its bytes,
signed with the voting code that it names), and returns other records, chained as they should be.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from consultation.belenios.groupes import groupe
from tests.belenios.archives import (
    Piece,
    Pieces,
    compact,
    evenement,
    inserer,
    rang,
    rechainer,
    refaire,
    remplacer,
    retirer,
)

G = groupe("BELENIOS-2048")
Signer = Callable[[dict[str, Any]], bytes]
Alteration = Callable[[Pieces, Signer], Pieces]


def bulletin(n: int, geste: Callable[[dict], object], *, resigner: bool = True) -> Alteration:
    """Change the n-th ballot, and sign it again as its owner could."""

    def alterer(pieces: Pieces, signer: Signer) -> Pieces:
        i = rang(pieces, "Ballot", n) - 1
        objet = pieces[i].objet
        geste(objet)
        return remplacer(pieces, i, signer(objet) if resigner else compact(objet))

    return alterer


def donnee(type_: str, recul: int, geste: Callable[[Any], Any], n: int = 0) -> Alteration:
    """Change the JSON of the data record that stands `recul` before the n-th event of this type."""
    return lambda pieces, _: refaire(pieces, rang(pieces, type_, n) - recul, geste)


def brute(type_: str, recul: int, geste: Callable[[bytes], bytes], n: int = 0) -> Alteration:
    return lambda pieces, _: remplacer(
        pieces, rang(pieces, type_, n) - recul, geste(pieces[rang(pieces, type_, n) - recul].corps)
    )


def deplacer(type_: str, longueur: int, vers: Callable[[Pieces], int], n: int = 0) -> Alteration:
    """Move an event and the data before it (`longueur` records in all) to another place."""

    def alterer(pieces: Pieces, _: Signer) -> Pieces:
        fin = rang(pieces, type_, n) + 1
        pris, reste = pieces[fin - longueur : fin], pieces[: fin - longueur] + pieces[fin:]
        return inserer(reste, vers(reste), *pris)

    return alterer


def repeter(type_: str, longueur: int, vers: Callable[[Pieces], int], n: int = 0) -> Alteration:
    def alterer(pieces: Pieces, _: Signer) -> Pieces:
        fin = rang(pieces, type_, n) + 1
        return inserer(pieces, vers(pieces), *pieces[fin - longueur : fin])

    return alterer


def poser(champ: str, valeur: object) -> Callable[[dict], dict]:
    return lambda objet: objet | {champ: valeur}


def oppose(texte: str) -> str:
    return str(G.p - int(texte))


def a_l_envers(objet: dict) -> dict:
    return dict(reversed(objet.items()))


def _modifier(objet: Any, *chemin: Any, valeur: Any) -> Any:
    """The object itself, changed at the end of the path; `valeur` may be a function of the old value."""
    *avant, dernier = chemin
    cible = objet
    for pas in avant:
        cible = cible[pas]
    cible[dernier] = valeur(cible[dernier]) if callable(valeur) else valeur
    return objet


def m(*chemin: Any, valeur: Any) -> Callable[[Any], Any]:
    return lambda objet: _modifier(objet, *chemin, valeur=valeur)


def fin(pieces: Pieces) -> int:
    return len(pieces)


def _changer_de_type(de: str, vers: str) -> Alteration:
    return lambda pieces, _: rechainer([evenement(vers) if p.type == de else p for p in pieces])


def _sans_evenements(*types: str) -> Alteration:
    def alterer(pieces: Pieces, _: Signer) -> Pieces:
        garde: Pieces = []
        attente: Pieces = []
        for piece in pieces:
            attente.append(piece)
            if piece.evenement:
                garde += [] if piece.type in types else attente
                attente = []
        return rechainer(garde)

    return alterer


def _evenement_mal_ecrit(geste: Callable[[dict], dict], n: int = 3) -> Alteration:
    """Rewrite one event freely, and chain those after it to it."""

    def alterer(pieces: Pieces, _: Signer) -> Pieces:
        i = [j for j, p in enumerate(pieces) if p.evenement][n]
        ancien, neuf = pieces[i], Piece(compact(geste(pieces[i].objet)), evenement=True)
        suite, avant, apres = [], ancien.empreinte, neuf.empreinte
        for p in pieces[i + 1 :]:
            corps = p.corps.replace(avant.encode(), apres.encode()) if p.evenement else p.corps
            if p.evenement:
                avant, apres = p.empreinte, Piece(corps).empreinte
            suite.append(Piece(corps, p.evenement))
        return [*pieces[:i], neuf, *suite]

    return alterer


def _code_hors_liste(pieces: Pieces, signer: Signer) -> Pieces:
    """The last voter's credential taken off the list; the ballot itself stays good."""
    i = rang(pieces, "Ballot", 0) - 1
    identifiant = pieces[i].objet["credential"]
    return refaire(pieces, 2, lambda liste: [c for c in liste if c != identifiant])


def _parts_echangees(pieces: Pieces, _: Signer) -> Pieces:
    for n, proprietaire in ((0, 2), (1, 1)):
        pieces = refaire(pieces, rang(pieces, "PartialDecryption", n) - 1, poser("owner", proprietaire))
    return pieces


# What the folders of `vecteurs.tar.xz` hold, made again from any counted archive.
DE_REFERENCE: dict[str, tuple[str, Alteration]] = {
    "02 preuve changée sans resigner": (
        "bulletin_signature",
        bulletin(1, m("answers", 0, "individual_proofs", 0, 0, "response", valeur="1"), resigner=False),
    ),
    "04 preuve de blanc changée": (
        "bulletin_preuve_blanc",
        bulletin(1, m("answers", 0, "blank_proof", 0, "response", valeur="1")),
    ),
    "05 signature changée": (
        "bulletin_signature",
        bulletin(1, m("signature", "proof", "response", valeur="1"), resigner=False),
    ),
    "07 code hors liste": ("credentiel_inconnu", _code_hors_liste),
    "08 résultat changé": ("resultat", donnee("Result", 1, m("result", 0, 1, valeur=lambda v: v + 1))),
    "11 bulletin répété": (
        "bulletin_rejoue",
        repeter("Ballot", 2, lambda p: rang(p, "EndBallots"), n=1),
    ),
    "17 nombre de bulletins faux": (
        "total",
        donnee("EncryptedTally", 1, m("num_tallied", valeur=lambda v: v - 1)),
    ),
    "19 fin au milieu des bulletins": (
        "ordre",
        deplacer("EndBallots", 1, lambda p: rang(p, "Ballot", 2) + 1),
    ),
    "21 ni fin ni total": ("ordre", _sans_evenements("EndBallots", "EncryptedTally")),
    "25 champs d'une réponse dans un autre ordre": (
        "bulletin_forme",
        bulletin(1, m("answers", 0, valeur=a_l_envers)),
    ),
    "27 hors du groupe": (
        "bulletin_groupe",
        bulletin(1, m("answers", 1, "choices", 1, "beta", valeur=oppose)),
    ),
    "29 preuve de déchiffrement changée": (
        "dechiffrement",
        donnee("PartialDecryption", 2, m("decryption_proofs", 0, 0, "response", valeur="1")),
    ),
    "31 code public en double": ("credentiel_double", lambda p, _: refaire(p, 2, lambda c: [*c, c[0]])),
}

DE_NOTRE_CRU: dict[str, tuple[str, Alteration]] = {
    # Setup.
    "élection changée": ("donnees", lambda p, _: rechainer([Piece(p[0].corps + b" "), *p[1:]])),
    "élection changée, références refaites": (
        "bulletin_election",
        lambda p, _: remplacer(p, 0, p[0].corps + b" "),
    ),
    "clé de l'élection": ("cle_election", lambda p, _: refaire(p, 0, poser("public_key", str(G.g)))),
    "clé de l'élection hors du groupe": (
        "election",
        lambda p, _: refaire(p, 0, m("public_key", valeur=oppose)),
    ),
    "groupe inconnu": ("groupe_inconnu", lambda p, _: refaire(p, 0, poser("group", "Ed25519"))),
    "autre version": ("election", lambda p, _: refaire(p, 0, poser("version", 2))),
    "question non homomorphe": (
        "question_non_geree",
        lambda p, _: refaire(
            p, 0, m("questions", 0, valeur=lambda q: {"type": "NonHomomorphic", "value": q})
        ),
    ),
    "type de question emboîté": (
        "question_non_geree",
        lambda p, _: remplacer(
            p, 0, p[0].corps.replace(b'{"answers"', b'{"type":' + b"[" * 900 + b"]" * 900 + b',"answers"', 1)
        ),
    ),
    "genre de gardien emboîté": (
        "gardiens",
        lambda p, _: remplacer(p, 1, p[1].corps.replace(b'"Single"', b"[" * 900 + b"]" * 900, 1)),
    ),
    "élection démesurée": ("trop_gros", lambda p, _: refaire(p, 0, poser("description", "x" * (1 << 24)))),
    "bornes impossibles": ("election", lambda p, _: refaire(p, 0, m("questions", 1, "max", valeur=99))),
    "champ en double dans l'élection": (
        "election",
        lambda p, _: remplacer(p, 0, p[0].corps[:-1] + b',"version":1}'),
    ),
    "gardien retiré": ("cle_election", lambda p, _: refaire(p, 1, lambda g: g[:1])),
    "gardien répété": ("cle_election", lambda p, _: refaire(p, 1, lambda g: [*g, g[0]])),
    "aucun gardien": ("gardiens", lambda p, _: refaire(p, 1, lambda g: [])),
    "preuve d'un gardien": ("gardiens", lambda p, _: refaire(p, 1, m(0, 1, "pok", "response", valeur="1"))),
    "ouverture qui désigne autre chose": (
        "donnees",
        lambda p, _: refaire(p, 3, poser("credentials", "0" * 64)),
    ),
    "ouverture aux champs inversés": ("donnees", lambda p, _: refaire(p, 3, a_l_envers)),
    "données de l'ouverture échangées": ("donnees", lambda p, _: rechainer([p[1], p[0], *p[2:]])),
    "ouverture sans identifiants": ("donnees", lambda p, _: retirer(p, 2)),
    "deux ouvertures": ("ordre", lambda p, _: inserer(p, 5, *p[:5])),
    "sans ouverture": ("ordre", lambda p, _: rechainer(p[5:])),
    # Credentials.
    "identifiant hors du groupe": ("credentiels", lambda p, _: refaire(p, 2, lambda c: [*c, oppose(c[0])])),
    "identifiant nul": ("credentiels", lambda p, _: refaire(p, 2, lambda c: ["0", *c])),
    "identifiant 1": ("credentiels", lambda p, _: refaire(p, 2, lambda c: ["1", *c])),
    "identifiant p": ("credentiels", lambda p, _: refaire(p, 2, lambda c: [str(G.p), *c])),
    "identifiant avec un zéro devant": (
        "credentiels",
        lambda p, _: refaire(p, 2, m(0, valeur=lambda c: "0" + c)),
    ),
    "identifiant en double sous un autre poids": (
        "credentiel_double",
        lambda p, _: refaire(p, 2, lambda c: [*c, c[0] + ",2"]),
    ),
    "poids avec un zéro devant": (
        "credentiels",
        lambda p, _: refaire(p, 2, m(0, valeur=lambda c: c + ",01")),
    ),
    "poids négatif": ("credentiels", lambda p, _: refaire(p, 2, m(0, valeur=lambda c: c + ",-1"))),
    "nom d'électeur publié": ("credentiels", lambda p, _: refaire(p, 2, m(0, valeur=lambda c: c + ",1,ada"))),
    "identifiants espacés": ("credentiels", lambda p, _: remplacer(p, 2, json.dumps(p[2].objet).encode())),
    "identifiants en nombres": ("credentiels", lambda p, _: remplacer(p, 2, p[2].corps.replace(b'"', b""))),
    "identifiants suivis d'autre chose": ("credentiels", lambda p, _: remplacer(p, 2, p[2].corps + b"\n")),
    "identifiants qui ne sont pas une liste": ("credentiels", lambda p, _: remplacer(p, 2, b"{}")),
    "virgule finale": ("credentiels", lambda p, _: remplacer(p, 2, p[2].corps[:-1] + b",]")),
    "poids donné après coup": ("total", lambda p, _: refaire(p, 2, lambda c: [x + ",2" for x in c])),
    # Ballots.
    "bulletin d'une autre élection": ("bulletin_election", bulletin(0, m("election_hash", valeur="A" * 43))),
    "bulletin d'un autre uuid": ("bulletin_election", bulletin(0, m("election_uuid", valeur="A" * 14))),
    "chiffré remplacé": (
        "bulletin_preuve",
        bulletin(2, m("answers", 1, "choices", 0, "alpha", valeur=str(G.g))),
    ),
    "zéro devant un chiffré": (
        "bulletin_forme",
        bulletin(2, m("answers", 1, "choices", 0, "alpha", valeur=lambda v: "0" + v)),
    ),
    "champ de plus": ("bulletin_forme", bulletin(2, m("answers", 1, valeur=poser("note", 1)))),
    "champ de plus au dehors": ("bulletin_forme", bulletin(2, lambda b: b.update(note="x"))),
    "bulletin vide": ("bulletin_forme", brute("Ballot", 1, lambda _: b"{}", n=2)),
    "bulletin suivi d'une fin de ligne": ("bulletin_forme", brute("Ballot", 1, lambda c: c + b"\n", n=2)),
    "bulletin espacé": (
        "bulletin_forme",
        brute("Ballot", 1, lambda c: json.dumps(json.loads(c)).encode(), n=2),
    ),
    "bulletin démesuré": ("bulletin_forme", brute("Ballot", 1, lambda c: c + b" " * 100_000, n=2)),
    "enregistrement démesuré": ("trop_gros", brute("Ballot", 1, lambda c: c + b" " * 200_000, n=2)),
    "bulletin binaire": ("bulletin_forme", brute("Ballot", 1, lambda _: bytes(range(256)), n=2)),
    "bulletin retiré": ("total", lambda p, _: retirer(p, rang(p, "Ballot", 1) - 1, 2)),
    "re-vote retiré": ("total", lambda p, _: retirer(p, rang(p, "Ballot", 3) - 1, 2)),
    "tous les bulletins retirés": ("total", _sans_evenements("Ballot")),
    "re-vote avant le vote": ("total", deplacer("Ballot", 2, lambda p: rang(p, "Ballot", 0) - 1, n=3)),
    "bulletin répété aussitôt": ("bulletin_rejoue", repeter("Ballot", 2, lambda p: rang(p, "Ballot", 0) + 1)),
    "deux bulletins pour un événement": (
        "donnees",
        lambda p, _: retirer(p, rang(p, "Ballot", 1)),
    ),
    "bulletin annoncé deux fois": (
        "donnees",
        lambda p, _: inserer(p, rang(p, "Ballot", 1), evenement("Ballot")),
    ),
    # Order.
    "bulletin après la fin": ("ordre", deplacer("Ballot", 2, lambda p: rang(p, "EndBallots") + 1, n=4)),
    "bulletin après le résultat": ("ordre", deplacer("Ballot", 2, fin, n=4)),
    "fin répétée": ("ordre", repeter("EndBallots", 1, lambda p: rang(p, "EndBallots"))),
    "fin absente": ("ordre", _sans_evenements("EndBallots")),
    "total absent": ("ordre", _sans_evenements("EncryptedTally")),
    "total répété": ("ordre", repeter("EncryptedTally", 3, lambda p: rang(p, "EncryptedTally") + 1)),
    "résultat avant les parts": ("ordre", deplacer("Result", 2, lambda p: rang(p, "EncryptedTally") + 1)),
    "résultat répété": ("ordre", repeter("Result", 2, fin)),
    "fin avec une charge": ("donnees", lambda p, _: inserer(p, rang(p, "EndBallots"), Piece(b"{}"))),
    "événement inconnu": ("ordre", _changer_de_type("EndBallots", "Pause")),
    "mélange": ("melange_non_gere", _changer_de_type("EndBallots", "Shuffle")),
    "fin des mélanges": (
        "melange_non_gere",
        lambda p, _: inserer(p, rang(p, "EndBallots") + 1, evenement("EndShuffles")),
    ),
    "donnée que rien n'annonce": ("tronquee", lambda p, _: [*p, Piece(b"{}")]),
    "donnée intercalée": ("donnees", lambda p, _: inserer(p, rang(p, "Ballot", 1) - 1, Piece(b"{}"))),
    "beaucoup de données": ("donnees", lambda p, _: inserer(p, 5, *[Piece(b"%d" % i) for i in range(9)])),
    # Events.
    "hauteur fausse": ("chaine", _evenement_mal_ecrit(lambda e: e | {"height": 7})),
    "hauteur booléenne": ("chaine", _evenement_mal_ecrit(lambda e: e | {"height": True}, n=1)),
    "parent faux": ("chaine", _evenement_mal_ecrit(lambda e: e | {"parent": "0" * 64})),
    "sans parent": ("chaine", _evenement_mal_ecrit(lambda e: {c: e[c] for c in e if c != "parent"})),
    "charge fausse": ("donnees", _evenement_mal_ecrit(lambda e: e | {"payload": "0" * 64})),
    "charge qui n'est pas un texte": ("chaine", _evenement_mal_ecrit(lambda e: e | {"payload": 3})),
    "champ de trop dans un événement": ("chaine", _evenement_mal_ecrit(lambda e: e | {"note": 1})),
    "événement aux champs inversés": ("chaine", _evenement_mal_ecrit(a_l_envers)),
    "type qui n'est pas un texte": ("chaine", _evenement_mal_ecrit(lambda e: e | {"type": 1})),
    "première hauteur": ("chaine", _evenement_mal_ecrit(lambda e: e | {"height": 1}, n=0)),
    "premier parent": ("chaine", _evenement_mal_ecrit(lambda e: {"parent": "0" * 64} | e, n=0)),
    # Total.
    "total permuté": ("total", donnee("EncryptedTally", 2, lambda t: [t[0][::-1], *t[1:]])),
    "total d'un bulletin de moins": (
        "total",
        donnee("EncryptedTally", 2, m(0, 0, "alpha", valeur=str(G.g))),
    ),
    "total espacé": ("total", brute("EncryptedTally", 2, lambda c: json.dumps(json.loads(c)).encode())),
    "poids du total": ("total", donnee("EncryptedTally", 1, m("total_weight", valeur=lambda v: v + 1))),
    "poids du total en texte": ("total", donnee("EncryptedTally", 1, m("total_weight", valeur=str))),
    "total qui désigne autre chose": (
        "total",
        donnee("EncryptedTally", 1, poser("encrypted_tally", "0" * 64)),
    ),
    # Parts.
    "parts échangées": ("dechiffrement", _parts_echangees),
    "part attribuée à un autre qui en a une": (
        "part_double",
        donnee("PartialDecryption", 1, poser("owner", 2)),
    ),
    "part de personne": ("part", donnee("PartialDecryption", 1, poser("owner", 3))),
    "part de zéro": ("part", donnee("PartialDecryption", 1, poser("owner", 0))),
    "part d'un booléen": ("part", donnee("PartialDecryption", 1, poser("owner", True))),
    "part qui désigne autre chose": ("part", donnee("PartialDecryption", 1, poser("payload", "0" * 64))),
    "part mal attribuée": ("part", brute("PartialDecryption", 1, lambda _: b"[]")),
    "facteur hors du groupe": (
        "dechiffrement",
        donnee("PartialDecryption", 2, m("decryption_factors", 0, 0, valeur=oppose)),
    ),
    "facteur changé": (
        "dechiffrement",
        donnee("PartialDecryption", 2, m("decryption_factors", 0, 0, valeur="1")),
    ),
    "part tronquée": (
        "dechiffrement",
        donnee("PartialDecryption", 2, m("decryption_factors", valeur=lambda f: f[:1])),
    ),
    "part espacée": (
        "dechiffrement",
        brute("PartialDecryption", 2, lambda c: json.dumps(json.loads(c)).encode()),
    ),
    "part répétée": ("part_double", repeter("PartialDecryption", 3, lambda p: rang(p, "Result") - 1)),
    # Result.
    "résultat négatif": ("resultat", donnee("Result", 1, m("result", 0, 0, valeur=-1))),
    "résultat en texte": ("resultat", donnee("Result", 1, m("result", 0, 0, valeur=str))),
    "résultat augmenté de q": (
        "resultat",
        donnee("Result", 1, m("result", 0, 0, valeur=lambda v: str(v + int(G.q)))),
    ),
    "résultat décimal": ("resultat", donnee("Result", 1, m("result", 0, 0, valeur=float))),
    "résultat sans une question": ("resultat", donnee("Result", 1, m("result", valeur=lambda r: r[:1]))),
    "résultat sans une cellule": ("resultat", donnee("Result", 1, m("result", 1, valeur=lambda r: r[:-1]))),
    "résultat permuté": (
        "resultat",
        donnee("Result", 1, m("result", 1, valeur=lambda r: [r[1], r[0], *r[2:]])),
    ),
    "résultat avec un champ de plus": ("resultat", donnee("Result", 1, poser("note", "x"))),
    "résultat espacé": ("resultat", brute("Result", 1, lambda c: json.dumps(json.loads(c)).encode())),
    "résultat vide": ("resultat", brute("Result", 1, lambda _: b"")),
}
