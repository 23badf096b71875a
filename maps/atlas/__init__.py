"""网格图册: cover, contents, a page for every grid or community, and wall maps, in one file."""
