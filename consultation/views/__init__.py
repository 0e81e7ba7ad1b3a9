"""Pages of the secret vote, one file for each of its moments."""
