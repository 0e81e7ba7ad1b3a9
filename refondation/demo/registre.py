"""The demonstration's register: the real territory, three thousand invented members, through the acts."""
