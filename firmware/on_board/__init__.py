"""Programs that run on a board; `replay` and `gates` on the unix port too, `replay` on CPython."""
