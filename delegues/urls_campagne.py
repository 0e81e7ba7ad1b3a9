"""Routes of the designation of delegates: campagne."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
