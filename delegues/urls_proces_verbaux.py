"""Routes of the designation of delegates: proces verbaux."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
