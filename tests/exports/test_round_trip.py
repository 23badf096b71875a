"""What goes out and comes in again changes nothing."""

from pathlib import Path

import geopandas as gpd
import pytest
from sqlalchemy import Engine

from tests.exports.files import back, change, out

LAYERS = (
    *("districts", "subdistricts", "communities", "compounds", "service_points", "gates", "barriers"),
    *("candidate_sites", "buildings", "streets"),
)


@pytest.mark.parametrize(
    ("layer", "form"),
    [
        *((layer, "gpkg") for layer in LAYERS),
        *((layer, "geojson") for layer in ("communities", "compounds", "service_points", "barriers", "streets")),
    ],
)
def test_nothing_is_lost(town: Engine, tmp_path: Path, layer: str, form: str) -> None:
    written = out(town, tmp_path, layer, form)
    assert written.rows > 0
    assert written.undrawn == 0
    assert change(back(town, written.file, layer)) == {
        "added": 0,
        "changed": 0,
        "unchanged": written.rows,
        "closed": 0,
    }


@pytest.mark.parametrize(("layer", "form"), [("communities", "gpkg"), ("communities", "geojson"), ("gates", "shp")])
def test_the_citys_zone_and_back(town: Engine, tmp_path: Path, layer: str, form: str) -> None:
    written = out(town, tmp_path, layer, form, crs="zone")
    assert written.epsg == 4545
    assert change(back(town, written.file, layer))["unchanged"] == written.rows


def test_an_edit_in_the_file_is_the_only_difference(town: Engine, tmp_path: Path) -> None:
    file = out(town, tmp_path, "candidate_sites").file
    rows = gpd.read_file(file, layer="candidate_sites", engine="pyogrio")
    rows.loc[0, "tenure"] = "改过的权属"
    edited = tmp_path / "edited.gpkg"
    rows.drop(index=[1]).to_file(edited, layer="candidate_sites", engine="pyogrio")
    outcome = back(town, edited, "candidate_sites", dry_run=True)
    assert outcome.parsed.accepted == len(rows) - 1
    assert change(back(town, edited, "candidate_sites")) == {
        "added": 0,
        "changed": 1,
        "unchanged": len(rows) - 2,
        "closed": 0,
    }
