"""Routes of those who write, control and count a vote, and of its result; spliced in by `urls`."""

urlpatterns: list = []
