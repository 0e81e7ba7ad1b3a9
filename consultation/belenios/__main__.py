"""`python3 -m consultation.belenios FICHIER.bel…`: verify archives with this package and gmpy2 alone."""

import sys

from .commande import main

if __name__ == "__main__":
    sys.exit(main())
