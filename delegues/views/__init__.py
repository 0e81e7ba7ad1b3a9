"""Pages of the designation of delegates."""
