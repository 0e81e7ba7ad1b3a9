"""The mailbox of the demonstration: mails become files that one page shows."""

from django.conf import settings
from django.core.mail.backends.filebased import EmailBackend


class BoiteDeDemonstration(EmailBackend):
    """Write each mail under the local folder; only local and demo modes use it."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        kwargs["file_path"] = settings.LOCAL_DIR / "courriels"
        super().__init__(*args, **kwargs)
