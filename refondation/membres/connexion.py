"""Log-in by one-time code, from a member number or an e-mail address."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import RequestLoginCodeForm


class AdaptateurDeCompte(DefaultAccountAdapter):
    """How allauth behaves here: no free registration."""

    def is_open_for_signup(self, request: object) -> bool:
        return False


class DemandeDeCode(RequestLoginCodeForm):
    """The first step of log-in."""
