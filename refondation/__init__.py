"""Le socle: settings, Celery, and the shared model that ties the four apps together."""

from refondation.celery import app as celery_app

__all__ = ["celery_app"]
