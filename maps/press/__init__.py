"""What is printed: faces, paper to draw on, and the map as lines and fills of a given scale."""
