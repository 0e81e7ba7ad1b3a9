"""Routes of the designation of delegates: controle."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
