"""Who can know what of a vote: every sentence of the secrecy page, each with the tests that hold it true."""

from __future__ import annotations

from dataclasses import dataclass

JOINTURE = "tests/consultation/test_jointure.py::"
REMPARTS = "tests/consultation/test_remparts.py::"
DEPOT = "tests/consultation/test_depot.py::"
DEPOUILLEMENT = "tests/consultation/test_depouillement.py::"
ANNONCE = "tests/consultation/test_annonce.py::"
URNES = "tests/consultation/test_urnes.py::"
HTTP = "tests/consultation/test_vues_votant_depot.py::"
MYSTERE = "tests/consultation/test_vues_votant_secret.py::"
PUBLIC = "tests/consultation/test_vues_votant_urnes.py::"
NAVIGATEUR = "tests/navigateur/test_vote_secret.py::"
PANNES = "tests/navigateur/test_vote_pannes.py::"


@dataclass(frozen=True)
class Promesse:
    """A sentence that anybody can read, and the tests that fail if it stops being true.

    `limite` marks what is not promised: it is said as plainly as the rest, and tested too.
    """

    phrase: str
    preuves: tuple[str, ...]
    limite: bool = False


@dataclass(frozen=True)
class Chapitre:
    titre: str
    promesses: tuple[Promesse, ...]


def chapitres(*, gardiens: int, seuil: int, revote: bool) -> tuple[Chapitre, ...]:
    """The page for one vote: its number of trustees, its anonymity threshold, whether one may vote again."""
    return (
        _votre_choix(gardiens),
        _votre_participation(),
        _votre_code(),
        _l_urne(seuil),
        _ce_que_rien_n_empeche(revote),
    )


def _votre_choix(gardiens: int) -> Chapitre:
    if gardiens > 1:
        cle = (
            f"La clé qui ouvre les totaux est partagée entre {gardiens} gardien·nes. Tant qu'une seule "
            f"part manque, "
            "rien ne s'ouvre."
        )
    else:
        cle = (
            "La clé qui ouvre les totaux est chez une seule personne, et pas sur nos serveurs. Sans elle, "
            "rien ne "
            "s'ouvre."
        )
    return Chapitre(
        "Votre choix",
        (
            Promesse(
                "Votre choix est chiffré sur votre appareil avant tout envoi. Il n'apparaît ni dans une "
                "adresse, ni "
                "dans un envoi, ni dans la mémoire du navigateur.",
                (NAVIGATEUR + "test_rien_du_choix_ne_sort_de_la_page",),
            ),
            Promesse(
                "La base ne contient que des bulletins chiffrés : aucun choix en clair n'y est écrit.",
                (MYSTERE + "test_la_base_ne_contient_aucun_choix_en_clair",),
            ),
            Promesse(
                cle, (DEPOUILLEMENT + "test_un_gardien_manque_et_rien_n_est_dechiffre",), limite=gardiens < 2
            ),
            Promesse(
                "Qui réunit toutes les parts de la clé peut ouvrir un bulletin scellé, et non le seul "
                "total. Sans la "
                "plateforme, rien ne lui dit de qui est ce bulletin.",
                (MYSTERE + "test_toutes_les_cles_reunies_ouvrent_un_bulletin",),
                limite=True,
            ),
            Promesse(
                "Avant la clôture, aucun chiffre sur les choix n'existe, nulle part.",
                (DEPOUILLEMENT + "test_rien_ne_se_compte_avant_la_cloture",),
            ),
            Promesse(
                "Votre numéro de suivi prouve que votre bulletin est dans l'urne. Il n'apprend rien de "
                "votre choix.",
                (MYSTERE + "test_deux_bulletins_du_meme_choix_n_ont_rien_de_commun",),
            ),
        ),
    )


def _votre_participation() -> Chapitre:
    return Chapitre(
        "Le fait que vous votiez",
        (
            Promesse(
                "La plateforme sait que vous avez voté, pour que personne ne vote deux fois. Elle n'en "
                "note ni "
                "l'heure, ni l'ordre.",
                (
                    JOINTURE + "test_un_emargement_n_a_ni_date_ni_suite",
                    JOINTURE + "test_l_ordre_physique_des_emargements_ne_suit_pas_l_ordre_des_depots",
                ),
            ),
            Promesse(
                "Rien dans la base, lue sans les secrets du serveur, ne joint votre émargement à votre "
                "bulletin, pas "
                "même les marques internes du moteur de données. Pendant le vote, ces marques désignent "
                "au mieux un "
                "groupe de votant·es mêlé·es ; après la clôture, plus rien.",
                (
                    JOINTURE + "test_aucune_estampille_ne_joint_un_emargement_a_un_bulletin",
                    JOINTURE + "test_aucune_autre_table_ne_porte_l_estampille_d_un_depot",
                ),
            ),
            Promesse(
                "Le dépôt n'écrit aucune ligne au journal, n'envoie aucun courriel, et nos traces "
                "techniques ne "
                "disent ni qui, ni quel bulletin.",
                (HTTP + "test_un_depot_ne_laisse_rien_dans_les_traces",),
            ),
            Promesse(
                "À l'instant du dépôt, le serveur voit passer ensemble votre session et votre bulletin "
                "scellé : un "
                "serveur piraté pourrait noter ce lien. Il ne saurait toujours pas votre choix.",
                (HTTP + "test_le_depot_passe_par_la_session_de_l_electeur",),
                limite=True,
            ),
        ),
    )


def _votre_code() -> Chapitre:
    return Chapitre(
        "Votre code de vote",
        (
            Promesse(
                "Aujourd'hui, la plateforme tire elle-même les codes de vote. Elle les garde scellés pour "
                "pouvoir "
                "vous renvoyer le vôtre. Ses administrateur·rices les plus puissant·es pourraient donc "
                "s'en servir "
                "à la place de quelqu'un qui ne vote pas.",
                (MYSTERE + "test_la_plateforme_peut_rouvrir_un_code_qu_elle_a_scelle",),
                limite=True,
            ),
            Promesse(
                "Une autorité séparée, qui tirerait les codes sur une autre machine, viendra. Le serveur "
                "seul ne "
                "pourra alors plus ajouter un bulletin : il lui manquera les codes. À cette autorité "
                "seule, il "
                "manquera votre connexion. Il faut déjà les deux.",
                (
                    DEPOT + "test_deposer_avec_un_code_inconnu_est_refuse",
                    DEPOT + "test_deposer_sans_etre_sur_la_liste_est_refuse",
                ),
                limite=True,
            ),
            Promesse(
                "Votre code signe votre bulletin : qui le connaît peut reconnaître votre bulletin scellé "
                "dans l'urne "
                "publique. La plateforme le pourrait donc, tant qu'elle garde les codes. Pour lire votre "
                "choix, il "
                "lui faudrait encore toutes les parts de la clé. L'autorité séparée lui ôtera ce pouvoir.",
                (MYSTERE + "test_un_code_designe_son_bulletin_et_ne_l_ouvre_pas",),
                limite=True,
            ),
            Promesse(
                "À la publication du résultat, les codes gardés et la clé qui les ouvre sont détruits.",
                (MYSTERE + "test_la_publication_detruit_les_codes",),
            ),
            Promesse(
                "Votre code de connexion et votre code de vote arrivent dans la même boîte aux lettres. "
                "Qui lit vos "
                "courriels peut voter à votre place : protégez cette boîte.",
                (MYSTERE + "test_une_meme_boite_aux_lettres_porte_les_deux_codes",),
                limite=True,
            ),
            Promesse(
                "Changer votre adresse après l'annonce ne détourne pas votre code : il part vers "
                "l'adresse figée ce "
                "jour-là, sauf décision inscrite au journal.",
                (
                    MYSTERE + "test_changer_d_adresse_ne_detourne_pas_le_code",
                    MYSTERE + "test_adresser_un_code_demande_un_role_et_laisse_une_ligne",
                ),
            ),
        ),
    )


def _l_urne(seuil: int) -> Chapitre:
    return Chapitre(
        "L'urne",
        (
            Promesse(
                "Chaque urne est publique : tout le monde voit les numéros de suivi, combien de bulletins "
                "sont là, "
                "et peut tout vérifier avec un logiciel indépendant.",
                (
                    PUBLIC + "test_l_archive_est_acceptee_par_l_outil_independant",
                    PUBLIC + "test_l_urne_liste_les_suivis_dans_l_ordre_de_la_chaine",
                ),
            ),
            Promesse(
                "Un bulletin déposé ne se retire pas et ne s'altère pas sans que cela se voie.",
                (
                    REMPARTS + "test_la_base_refuse",
                    DEPOUILLEMENT + "test_un_bulletin_altere_en_sql_est_vu",
                    DEPOUILLEMENT + "test_une_archive_ouverte_est_un_prefixe_de_la_close",
                ),
            ),
            Promesse(
                f"Aucune urne n'a moins de {seuil} inscrit·es : les plus petites sont réunies, de sorte "
                f"qu'aucune "
                "soustraction n'en isole moins.",
                (URNES + "test_repartir_toute_personne_dans_une_urne_au_moins_egale_au_seuil",),
            ),
            Promesse(
                "Si peu de personnes votent dans une urne, ou si toutes y votent de même, le total de "
                "l'urne dit leur "
                "choix. Aucun chiffrement n'y peut rien.",
                (MYSTERE + "test_une_urne_unanime_dit_le_choix_de_chacun",),
                limite=True,
            ),
        ),
    )


def _ce_que_rien_n_empeche(revote: bool) -> Chapitre:
    if revote:
        contrainte = Promesse(
            "Rien n'empêche quelqu'un de vous regarder voter ou de vous y forcer. Ce scrutin vous permet "
            "de voter de "
            "nouveau plus tard, au calme : seul le dernier bulletin compte.",
            (DEPOT + "test_le_dernier_bulletin_compte",),
            limite=True,
        )
    else:
        contrainte = Promesse(
            "Rien n'empêche quelqu'un de vous regarder voter ou de vous y forcer, et ce scrutin ne permet "
            "pas de "
            "changer de bulletin. Votez seul·e, et signalez toute pression à la commission de récolement.",
            (DEPOT + "test_deposer_deux_fois_sans_revote_est_refuse",),
            limite=True,
        )
    return Chapitre(
        "Ce que rien n'empêche",
        (
            contrainte,
            Promesse(
                "L'isoloir est un programme que ce site vous envoie. S'il était piraté, il pourrait vous "
                "envoyer un "
                "programme qui regarde votre choix. Le programme est public, et la page ne charge rien "
                "d'ailleurs.",
                (NAVIGATEUR + "test_l_isoloir_ne_charge_rien_d_ailleurs",),
                limite=True,
            ),
            Promesse(
                "Un appareil infecté peut voir ce que vous voyez. Dans le doute, votez depuis un autre.",
                (NAVIGATEUR + "test_le_choix_est_en_clair_dans_la_page_jusqu_au_depot",),
                limite=True,
            ),
        ),
    )
