"""Plans kept: making and reading them, moving units by hand, their course, and adopting them."""
