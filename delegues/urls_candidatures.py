"""Routes of the designation of delegates: candidatures."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
