"""Cutting a community into grids: basic units, a balanced contiguous partition of them, numbers and borders."""
