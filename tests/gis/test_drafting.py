"""Drafted borders on towns with a known answer, and on random ones."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis.blocks import divide, street_blocks
from gis.blockwalks import block_walks
from gis.crs import to_storage
from gis.drafting import Draft, draft, give_out, metric_border
from gis.network import build
from tests.gis.lattice import BLOCK_M, EAST, NORTH, anchors, at, barriers, compounds, line, streets, town

NONE = barriers()
SQUARE_M2 = BLOCK_M**2


def drafted(frame, border, found, homes=None, walls=NONE) -> Draft:
    return draft(build(frame), frame, walls, border, found, compounds() if homes is None else homes)


def check_ground(result: Draft, border):
    """One Polygon each, a coverage of the border without overlap, here and as it is stored."""
    ground = np.concatenate([result.communities.geometry.to_numpy(), result.unassigned.geometry.to_numpy()])
    assert set(shapely.get_type_id(ground)) == {shapely.GeometryType.POLYGON}
    assert shapely.coverage_is_valid(ground)
    assert shapely.area(ground).sum() == pytest.approx(border.area, abs=0.5)
    stored = to_storage(gpd.GeoDataFrame(geometry=ground, crs=4545)).geometry.to_numpy()
    back = shapely.from_wkb(shapely.to_wkb(stored))
    assert shapely.is_valid(back).all()
    assert shapely.coverage_is_valid(back)


def test_two_anchors_share_a_town_and_equal_walks_go_to_the_lower_code():
    frame, border = town(5, 2)
    result = drafted(frame, border, anchors(at(50, 90), at(450, 90)))
    assert result.communities.code.tolist() == ["610199001001", "610199001002"]
    assert set(result.communities.status) == {"draft"}
    assert result.report.area_m2.to_numpy() == pytest.approx([6 * SQUARE_M2, 4 * SQUARE_M2])
    assert len(result.unassigned) == 0
    assert result.communities.geometry[0].contains(at(250, 100))
    check_ground(result, border)


def test_ground_over_1500_m_on_foot_stays_unassigned():
    frame, border = town(20, 1)
    result = drafted(frame, border, anchors(at(50, 10)))
    # 10 m to the street, 100 c + 50 m to the far lower corner of column c, 100 m to its upper corner
    assert 10 + 100 * 13 + 50 + 100 <= 1500 < 10 + 100 * 14 + 50 + 100
    assert result.report.area_m2[0] == pytest.approx(14 * SQUARE_M2)
    assert result.unassigned.area_m2.tolist() == pytest.approx([6 * SQUARE_M2])
    check_ground(result, border)


def test_a_block_with_a_compound_beyond_1500_m_stays_unassigned():
    frame, border = town(20, 1)
    found = anchors(at(50, 10))
    homes = compounds(at(1380, 50), at(1190, 50))
    assert drafted(frame, border, found, homes).report.compounds.tolist() == [2]
    # a block on the same street, its compound 190 m off
    deep = border.union(shapely.box(EAST + 1300, NORTH - 250, EAST + 1400, NORTH))
    far = compounds(at(1380, -190), at(1190, 50))
    assert drafted(frame, deep, found, far).report.compounds.tolist() == [1]


def test_growth_crosses_a_railway_only_where_the_walk_does():
    across = [line((0, 180), (0, 220)), line((0, 0), (0, 180)), line((0, 220), (0, 400))]
    rows = [line(*[(200 * i, y) for i in range(6)]) for y in (0, 180, 220, 400)]
    links = [line((200 * i, a), (200 * i, b)) for i in range(1, 6) for a, b in ((0, 180), (220, 400))]
    railway = barriers(("railway", line((5, 200), (1010, 200))))
    border = shapely.box(EAST, NORTH, EAST + 1000, NORTH + 400)
    result = drafted(streets(across + rows + links), border, anchors(at(990, 170), at(10, 390)), walls=railway)
    south_east, north_west = result.communities.geometry
    # 130 m from the first anchor as the crow flies, 2 km on foot
    assert north_west.contains(at(900, 300))
    assert south_east.contains(at(900, 100))
    assert north_west.contains(at(100, 100))
    check_ground(result, border)


def test_ground_enclosed_by_one_community_is_filled_and_another_community_stays_a_hole():
    frame, border = town(3, 3)
    blocks = street_blocks(frame, NONE, border).assign(parent=range(9))
    middle = int(np.flatnonzero(blocks.contains(at(150, 150)))[0])
    walk_m = np.full((9, 2), [100.0, np.inf])
    walk_m[middle] = [np.inf, 10.0]
    alone = give_out(blocks, anchors(at(50, 50)), walk_m[:, :1], compounds())
    assert alone.communities.area.tolist() == pytest.approx([9 * SQUARE_M2])
    both = give_out(blocks, anchors(at(50, 50), at(150, 150)), walk_m, compounds())
    assert both.communities.area.tolist() == pytest.approx([8 * SQUARE_M2, SQUARE_M2])
    assert len(both.communities.geometry[0].interiors) == 1
    check_ground(both, border)


def test_the_report_counts_compounds_and_people_and_names_ground_nearer_to_another_subdistrict():
    frame, border = town(5, 2)
    homes = compounds(at(50, 50), at(150, 150), at(450, 50), at(5000, 0), residents=[100, np.nan, 300, 999])
    found = anchors(at(50, 90), at(450, 90), parents=["610199001", "610199002"])
    report = drafted(frame, border, found, homes).report
    assert report.compounds.tolist() == [2, 1]
    assert report.residents.tolist() == [100, 300]
    assert report.people_share.tolist() == [0.25, 0.75]
    assert report.elsewhere_m2.tolist() == [0, 0]
    nobody = drafted(frame, border, found).report
    assert nobody.people_share.isna().all()


def test_anchors_that_cannot_be_drafted_are_listed_with_the_reason():
    frame, _ = town(3, 3)
    wide = shapely.box(EAST, NORTH, EAST + 2000, NORTH + 300)
    found = anchors(at(100, 90), at(100, 90.2), at(1500, 150), at(-300, 150))
    result = drafted(frame, wide, found)
    assert result.communities.code.tolist() == ["610199001001"]
    assert result.undrafted.set_index("code").reason.to_dict() == {
        "610199001002": "与另一社区的锚点重合，无法区分，请人工指定锚点",
        "610199001003": "从锚点步行 1500 米内走不到任何街坊，请核对街道或人工指定锚点",
        "610199001004": "锚点不在区县边界内，请人工指定锚点",
    }
    check_ground(result, wide)


def test_without_anchors_all_ground_stays_unassigned():
    frame, border = town(2, 2)
    result = drafted(frame, border, anchors())
    assert len(result.communities) == len(result.report) == 0
    assert result.unassigned.area_m2.sum() == pytest.approx(4 * SQUARE_M2)


def test_walks_to_blocks_equal_a_plain_search():
    frame, border = town(6, 4)
    network = build(frame)
    corners = np.array([[EAST + 100, NORTH + 200], [EAST + 600, NORTH]])
    blocks = divide(street_blocks(frame, NONE, border), np.empty((0, 2)), np.empty((0, 2)))
    walk_m = block_walks(network, blocks, corners, np.empty((0, 2)), NONE, 5000.0)
    graph = csr_array((network.length_cm / 100, network.neighbour, network.indptr), shape=(len(network.xy),) * 2)
    for k, corner in enumerate(corners):
        source = int(np.hypot(*(network.xy - corner).T).argmin())
        net_m = dijkstra(graph, indices=source)
        for b, ground in enumerate(blocks.geometry):
            own = [i for i, xy in enumerate(network.xy) if ground.distance(shapely.Point(xy)) < 0.01]
            # half a block along the nearest side, half a block into it
            assert walk_m[b, k] == pytest.approx(net_m[own].min() + BLOCK_M, abs=0.02)
    near = block_walks(network, blocks, corners, np.empty((0, 2)), NONE, 350.0)
    assert np.isinf(near[walk_m > 350]).all()
    kept = np.isfinite(near)
    assert kept.any()
    assert (near[kept] == walk_m[kept]).all()


def test_a_stored_border_is_densified_before_it_is_projected():
    district = gpd.GeoDataFrame(geometry=[shapely.box(108.85, 34.24, 108.97, 34.30)], crs=4490)
    border = metric_border(district, 4545)
    assert border.length / len(border.exterior.coords) < 55
    back = shapely.get_coordinates(to_storage(gpd.GeoDataFrame(geometry=[border], crs=4545)).geometry.to_numpy())
    frame = shapely.LineString(district.geometry[0].exterior)
    assert shapely.distance(shapely.points(back), frame).max() < 1e-9
    # what would change sides between the two corners of an edge otherwise
    assert border.symmetric_difference(district.to_crs(4545).geometry[0]).area > 1000


corner = st.tuples(st.integers(0, 5), st.integers(0, 5))


@settings(max_examples=40, deadline=None)
@given(
    st.sets(st.integers(0, 71), max_size=40),
    st.lists(corner, min_size=1, max_size=6, unique=True),
    st.lists(st.tuples(st.integers(1, 999), st.integers(1, 999)), max_size=30),
)
def test_drafts_of_random_towns_are_whole_and_seamless(missing, places, homes):
    steps = [((i, j), (i + 1, j)) for j in range(6) for i in range(6)] + [
        ((i, j), (i, j + 1)) for i in range(6) for j in range(6)
    ]
    lines = [line(*[(BLOCK_M * x, BLOCK_M * y) for x, y in step]) for n, step in enumerate(steps) if n not in missing]
    border = shapely.box(EAST - 7, NORTH - 13, EAST + 1103, NORTH + 1009)
    found = anchors(*[at(BLOCK_M * i + 3, BLOCK_M * j + 5) for i, j in places])
    result = drafted(streets(lines), border, found, compounds(*[at(x, y) for x, y in homes]))
    check_ground(result, border)
    assert sorted([*result.communities.code, *result.undrafted.code]) == found.accepted.code.tolist()
    for row in result.communities.itertuples():
        assert row.geometry.contains(found.accepted.set_index("code").geometry[row.code])
        assert row.geometry.within(border.buffer(0.001))
