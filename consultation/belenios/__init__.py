"""The ballot protocol (Belenios, version 1 as in belenios-tool 2.0): pure Python and gmpy2, nothing of
Django.

Whoever has this folder and gmpy2 can verify an archive: `python3 -m consultation.belenios FICHIER.bel`.
Numbers of the group and exponents are `gmpy2.mpz`; records are `bytes`; refusals are subclasses of
ValueError.
"""
