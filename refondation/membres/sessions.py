"""Sessions in the database, as Django's, read by a prepared statement: each page begins with it."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from refondation.lectures import Lecture

_SESSION = Lecture(
    "FROM django_session session WHERE session.session_key = %s AND session.expire_date > %s", session=Session
)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        lue = _SESSION.premiere(self.session_key, timezone.now())
        if lue is None:
            self._session_key = None
            return None
        return lue[0]
