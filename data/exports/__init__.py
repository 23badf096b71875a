"""Layers as files that other programs open: GeoPackage, GeoJSON, Shapefile, Excel."""
