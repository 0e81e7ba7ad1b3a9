"""All that the designation of delegates can do, in the order of its life."""
