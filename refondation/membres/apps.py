"""The room `membres`."""

from django.apps import AppConfig


class Configuration(AppConfig):
    name = "refondation.membres"
    label = "membres"
    actes_en_mots = {
        "importer": "Dépôt du fichier national",
        "rouvrir_import": "Import rendu à la confirmation",
        "trancher_conflits": "Conflits d'un import tranchés",
        "telecharger_differences": "Téléchargement des différences d'un import",
        "appliquer_import": "Application d'un import",
        "annuler_import": "Annulation d'un import",
        "abandonner_import": "Abandon d'un import",
        "purger_imports": "Effacement de fichiers d'import",
        "exporter": "Export du registre",
        "ouvrir_compte": "Ouverture d'un compte",
        "fermer_les_sessions": "Fermeture de sessions",
        "nommer": "Nomination à un rôle",
        "terminer_mandat": "Fin d'un rôle",
    }

    def ready(self) -> None:
        from refondation.membres import regles  # noqa: F401 - declares who may do what
