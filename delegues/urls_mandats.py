"""Routes of the designation of delegates: mandats."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
