"""Rate limits on the cache: a fixed window counter per key, for every page that could serve as an oracle."""

import hashlib

from django.core.cache import cache
from django.http import HttpRequest


def est_depasse(cle: str, *, nombre: int, secondes: int) -> bool:
    """Count one more use of `cle` and tell whether more than `nombre` fell within the window of `secondes`.

    The key is hashed: neither a member number nor an address stays in the cache.
    """
    nom = "debit:" + hashlib.sha256(cle.encode()).hexdigest()
    if cache.add(nom, 1, secondes):
        return False
    try:
        return cache.incr(nom) > nombre
    except ValueError:  # the window ended between the two calls
        cache.set(nom, 1, secondes)
        return False


def adresse(request: HttpRequest) -> str:
    """The client's address as allauth reads it: behind exactly `ALLAUTH_TRUSTED_PROXY_COUNT` proxies."""
    from allauth.account.adapter import get_adapter

    return get_adapter().get_client_ip(request)
