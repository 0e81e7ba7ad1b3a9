"""What PostgreSQL refuses by itself, with a French message, whoever writes."""

from __future__ import annotations

import re
import threading

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from consultation.actes.annonce import figer_liste
from consultation.models import Emargement, Evenement, Inscription, Option, Question, Scrutin, Urne
from refondation.membres.models import Adherent
from tests.consultation.scene import creer_adherents, faire_scrutin


def execute(sql, *parametres):
    with transaction.atomic(), connection.cursor() as curseur:
        # Deferred checks at once, before and after: a TRUNCATE refuses to run while some are pending.
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        curseur.execute(sql, parametres)


REFUS = {
    "changer un inscrit": ("UPDATE consultation_inscription SET motifs = 1", "figée ne change plus"),
    "retirer un inscrit": ("DELETE FROM consultation_inscription", "figée ne change plus"),
    "vider la liste": ("TRUNCATE consultation_inscription CASCADE", "ne change|n'efface|change pas|allonger"),
    "ajouter un inscrit": (
        "INSERT INTO consultation_inscription (scrutin_id, adherent_id, section_id, college, motifs) "
        "SELECT i.scrutin_id, a.id, a.section_id, 'deliberatif', 0 FROM membres_adherent a, consultation_inscription i "
        "WHERE NOT EXISTS (SELECT 1 FROM consultation_inscription j WHERE j.adherent_id = a.id) LIMIT 1",
        "est figée",
    ),
    "effacer du registre une personne inscrite": ("DELETE FROM membres_adherent", "ne s'efface pas"),
    "effacer une section inscrite": ("DELETE FROM territoire_section", "ne s'efface pas"),
    "changer la clé d'une personne": (
        "UPDATE membres_adherent SET id = id + 1000000",
        "La clé d'une personne ne change pas",
    ),
    "changer la clé d'une section": (
        "UPDATE territoire_section SET id = id + 1000000",
        "La clé d'une section ne change pas|Cette section a des membres",
    ),
    "déplacer une section d'urne": (
        "UPDATE consultation_rattachement SET inscrits = 1",
        "figée ne change plus",
    ),
    "ajouter un identifiant": (
        "INSERT INTO consultation_credentiel (urne_id, empreinte, cle) SELECT id, '\\x00', '1' FROM consultation_urne",
        "scellée",
    ),
    "retirer un identifiant": ("DELETE FROM consultation_credentiel", "ne changent pas"),
    "altérer un bulletin": (
        "UPDATE consultation_evenement SET donnees = '{x}' WHERE type = 'Ballot'",
        "s'allonger",
    ),
    "retirer un bulletin": ("DELETE FROM consultation_evenement WHERE type = 'Ballot'", "s'allonger"),
    "effacer un émargement": ("DELETE FROM consultation_emargement", "ne s'efface pas"),
    "changer un émargement": ("UPDATE consultation_emargement SET inscription_id = 0", "ne change pas"),
    "compter à la main": (
        "UPDATE consultation_urne SET emarges = 0, credentiels_utilises = 0",
        "que par ses bulletins",
    ),
    "changer l'élection": ("UPDATE consultation_urne SET election = 'x'", "que par ses bulletins"),
    "effacer une urne": ("DELETE FROM consultation_urne", "ne s'efface pas"),
    "effacer le scrutin": ("DELETE FROM consultation_scrutin", "s'annule"),
    "sauter des états": (
        "UPDATE consultation_scrutin SET etat = 'publie'",
        "ne passe pas de « ouvert » à « publie »",
    ),
    "rouvrir": (
        "UPDATE consultation_scrutin SET etat = 'annonce'",
        "ne passe pas de « ouvert » à « annonce »",
    ),
    "changer le seuil": ("UPDATE consultation_scrutin SET seuil = 3", "ne change plus de règles"),
    "changer le re-vote": ("UPDATE consultation_scrutin SET revote = NOT revote", "ne change plus de règles"),
    "prolonger": (
        "UPDATE consultation_scrutin SET ferme_le = ferme_le + interval '1 day'",
        "dates d'un scrutin ouvert",
    ),
    "changer une question": ("UPDATE consultation_question SET intitule = 'x'", "ne change plus de texte"),
    "ajouter une option": (
        "INSERT INTO consultation_option (question_id, rang, texte) SELECT id, 9, 'x' FROM consultation_question",
        "ne change plus de texte",
    ),
    "réécrire le document": (
        "UPDATE consultation_document SET texte = 'x'",
        "ne se réécrit pas|ne change plus de texte",
    ),
    "changer une clé": ("UPDATE consultation_gardien SET cle = '{}'", "ne change plus de texte"),
}


@pytest.mark.parametrize("geste", REFUS)
def test_la_base_refuse(geste, vote_ouvert, territoire):
    vote_ouvert.voter(vote_ouvert.electeurs()[0])
    creer_adherents(territoire[0], 1)
    sql, message = REFUS[geste]
    with pytest.raises(DatabaseError, match=message):
        execute(sql)


def test_un_evenement_prolonge_la_tete_et_elle_seule(vote_ouvert):
    urne = vote_ouvert.scrutin.urnes.first()
    for hauteur, parent in ((0, urne.tete), (1, "0" * 64), (2, urne.tete)):
        with pytest.raises(DatabaseError), transaction.atomic():
            Evenement.objects.create(
                urne=urne, hauteur=hauteur, type="EndBallots", parent=parent, empreinte="1" * 64, donnees=[]
            )
    assert Urne.objects.get(pk=urne.pk).hauteur == 0


def test_un_emargement_hors_de_son_urne_est_refuse(vote_ouvert):
    electeur = vote_ouvert.electeurs()[0]
    ailleurs = vote_ouvert.scrutin.urnes.exclude(pk=vote_ouvert.urne(electeur).pk).first()
    with pytest.raises(DatabaseError, match="hors de la liste"), transaction.atomic():
        Emargement.objects.create(urne=ailleurs, inscription=electeur)


def test_la_table_des_transitions_est_celle_du_declencheur(vote_ouvert):
    """Every pair of states, against Scrutin.TRANSITIONS."""
    permises = {(d, vers) for depuis, vers in Scrutin.TRANSITIONS.values() for d in depuis}
    with connection.cursor() as curseur:
        curseur.execute("SELECT prosrc FROM pg_proc WHERE proname = 'consultation_scrutin_transition'")
        (source,) = curseur.fetchone()
    du_declencheur = set(re.findall(r"\('(\w+)', '(\w+)'\)", source))
    assert du_declencheur == {(str(a), str(b)) for a, b in permises}


def test_le_brouillon_reste_libre(territoire):
    vote = faire_scrutin()
    Question.objects.filter(scrutin=vote.scrutin).update(intitule="Autre ?")
    Option.objects.filter(question__scrutin=vote.scrutin, rang=2).delete()
    assert Question.objects.get().intitule == "Autre ?"
    assert Inscription.objects.count() == 0


@pytest.mark.parametrize("inconnu", ["scrutin", "adherent", "section"])
def test_la_liste_ne_prend_rien_d_inconnu(territoire, inconnu):
    """What foreign keys would say, said once for the whole statement."""
    colonnes = {"scrutin": "%s", "adherent": "a.id", "section": "a.section_id"} | {inconnu: "0"}
    parametres = () if inconnu == "scrutin" else (faire_scrutin().scrutin.pk,)
    message = "est figée" if inconnu == "scrutin" else "personnes et des sections du registre"
    with pytest.raises(IntegrityError, match=message):
        execute(
            "INSERT INTO consultation_inscription (scrutin_id, adherent_id, section_id, college, motifs) "  # noqa: S608
            f"SELECT {', '.join(colonnes.values())}, 'deliberatif', 0 FROM membres_adherent a LIMIT 1",
            *parametres,
        )
    assert Inscription.objects.count() == 0


def test_qui_n_est_sur_aucune_liste_s_efface(territoire):
    creer_adherents(territoire[0], 1)
    execute("DELETE FROM membres_adherent")
    execute("DELETE FROM territoire_section")
    assert Adherent.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("premier", ["effacer", "figer"])
def test_effacer_une_personne_pendant_que_la_liste_se_fige(territoire, premier):
    """Two real transactions at once: the second waits for the first, and the roll names nobody who is gone."""
    scrutin = faire_scrutin().scrutin
    (personne,) = creer_adherents(territoire[0], 1)
    fait, suite, issues = threading.Event(), threading.Event(), {}

    def effacer():
        execute("DELETE FROM membres_adherent WHERE id = %s", personne.pk)

    gestes = {"effacer": effacer, "figer": lambda: figer_liste(scrutin)}
    (second,) = gestes.keys() - {premier}

    def jouer(nom, apres):
        try:
            with transaction.atomic():
                gestes[nom]()
                apres()
            issues[nom] = "fait"
        except IntegrityError:
            issues[nom] = "refusé"
        finally:
            connection.close()

    def tenir():
        fait.set()
        assert suite.wait(20)

    fils = [threading.Thread(target=jouer, args=(premier, tenir))]
    fils[0].start()
    assert fait.wait(20)
    fils.append(threading.Thread(target=jouer, args=(second, lambda: None)))
    fils[1].start()
    fils[1].join(0.5)
    assert fils[1].is_alive()  # it waits for the register, or for the line
    suite.set()
    for fil in fils:
        fil.join(20)
    inscrits = Inscription.objects.filter(scrutin=scrutin, adherent=personne.pk).count()
    presents = Adherent.objects.filter(pk=personne.pk).count()
    if premier == "figer":
        assert (issues, inscrits, presents) == ({"figer": "fait", "effacer": "refusé"}, 1, 1)
    else:
        # The roll had already seen the person: it is refused whole, and the announcement can be made again.
        assert (issues, inscrits, presents) == ({"effacer": "fait", "figer": "refusé"}, 0, 0)
