"""The Celery application; tasks are shells around the acts of each room."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "refondation.settings")

app = Celery("refondation")
app.config_from_object("django.conf:settings", namespace="CELERY")
for module in ("tasks", "tasks_controle", "tasks_mandats"):
    app.autodiscover_tasks(related_name=module)
