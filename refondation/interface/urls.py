"""Routes of this room."""

urlpatterns: list = []
