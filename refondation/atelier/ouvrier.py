"""Plugin of pytest: each parallel worker takes a Redis of its own, before the settings are read."""

import os

ouvrier = os.environ.get("PYTEST_XDIST_WORKER", "")
adresses = os.environ.get("REDIS_DES_OUVRIERS", "").split()
if ouvrier and adresses:
    os.environ["REDIS_URL"] = adresses[int(ouvrier.removeprefix("gw"))]
