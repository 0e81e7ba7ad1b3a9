"""Structured logs: one JSON object a line, with the route's name and never a person, a query or a body."""

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse

traceur = logging.getLogger("refondation.requetes")
# What a record of Celery says that may be kept: which task, which run of it.
TACHE = {"tache": "name", "execution": "id"}


class LigneJson(logging.Formatter):
    """Format a record as {"instant", "niveau", "source", "message", …fields of `extra={"champs": {…}}`}.

    What libraries put in their sentences (a path, the text of an exception, hence perhaps an
    address) stays out: theirs are written without their arguments.
    """

    def format(self, record: logging.LogRecord) -> str:
        ligne = {
            "instant": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "niveau": record.levelname,
            "source": record.name,
            "message": record.getMessage() if _est_de_nous(record) else str(record.msg),
            **getattr(record, "champs", {}),
        }
        if record.name.startswith("celery") and isinstance(record.args, dict):
            ligne |= {nom: record.args[cle] for nom, cle in TACHE.items() if cle in record.args}
        if record.exc_info:
            # The type and the place of a failure, not its text: it may quote what a user typed.
            genre, _, suite = record.exc_info
            ligne["exception"] = genre.__name__ if genre else ""
            lieux = []
            while suite is not None:
                lieux.append(f"{suite.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{suite.tb_lineno}")
                suite = suite.tb_next
            ligne["lieux"] = lieux[-8:]
        return json.dumps(ligne, ensure_ascii=False)


def _est_de_nous(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] == "refondation"


class MesureDesRequetes:
    """Log each request: method, route name, status, milliseconds.  No path, since a path may carry a code."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        debut = time.perf_counter()
        reponse = self.get_response(request)
        route = request.resolver_match.view_name if request.resolver_match is not None else "sans-route"
        niveau = logging.ERROR if reponse.status_code >= 500 else logging.INFO
        traceur.log(
            niveau,
            "requete",
            extra={
                "champs": {
                    "methode": request.method,
                    "route": route,
                    "statut": reponse.status_code,
                    "ms": round((time.perf_counter() - debut) * 1000, 1),
                }
            },
        )
        return reponse

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        traceur.error("exception", exc_info=exception)
