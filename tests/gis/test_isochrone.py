import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gis import isochrone, network, reach, snapping, tin
from tests.bench.make_net import lattice_streets
from tests.gis.walking import ORIGIN, at, line_frame, random_streets, street_frame


def grid(side=8, step=100.0):
    across = [[(i * step, j * step) for i in range(side)] for j in range(side)]
    return across + [[(i * step, j * step) for j in range(side)] for i in range(side)]


def covers(area, *points):
    return shapely.contains_xy(area, at(*points)).tolist()


@pytest.fixture(scope="module")
def city():
    return network.build(lattice_streets(4000))


def test_a_square_grid_gives_a_diamond_with_the_straight_part_counted():
    net = network.build(street_frame(grid(11)))
    source = snapping.snap(net, at((500, 500)))
    area, lines = isochrone.polygon(net, source, 30_000)
    assert area.is_valid
    # in a taxicab town the reached corners lie on a diamond; yards count as far as one can step into them
    assert covers(area, (500, 795), (795, 500), (600, 690), (500, 500), (550, 550)) == [True] * 5
    assert covers(area, (500, 805), (800, 800), (700, 710), (200, 495)) == [False] * 4
    assert lines.length == pytest.approx(4 * (300 + 200 + 400), abs=1e-6)
    offset = snapping.snap(net, at((530, 530)))
    assert isochrone.polygon(net, offset, 30_000)[1].length < lines.length


def test_street_lines_end_exactly_at_the_limit():
    net = network.build(street_frame([[(0, 0), (1000, 0)], [(0, 50), (0, -50)]]))
    lines = isochrone.polygon(net, snapping.snap(net, at((400, 10))), 12_345)[1]
    x = shapely.get_coordinates(lines)[:, 0] - ORIGIN[0]
    assert (x.min(), x.max()) == pytest.approx((400 - 113.45, 400 + 113.45))
    assert lines.length == pytest.approx(2 * 113.45)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 40_000))
def test_reached_lines_are_all_and_only_the_streets_within_the_limit(seed, limit):
    streets = random_streets(seed)
    net = network.build(streets)
    assume(net.seg_snappable.any())
    rng = np.random.default_rng(seed)
    source = snapping.snap(net, rng.uniform(net.xy.min(axis=0), net.xy.max(axis=0), (2, 2)))
    area, lines = isochrone.polygon(net, source, limit)
    assert area.is_valid
    # places every few metres, walked to along the graph, with the source met on the same segment too
    segment = np.repeat(np.arange(net.n_segments, dtype=np.int32), 15)
    pos = np.rint(np.tile((np.arange(15) + 0.5) / 15, net.n_segments) * net.seg_cm[segment]).astype(np.int32)
    xy = net.point_on(segment, pos)
    owner = np.arange(len(segment), dtype=np.int32)
    places = snapping.Snaps(owner, segment, pos, np.zeros_like(pos), xy, xy)
    walk = reach.walks(net, reach.distances(net, [source], 10**7), places, len(owner), [source], 10**7).net_cm[:, 0]
    near = shapely.distance(lines, shapely.points(xy)) < 0.02 if not lines.is_empty else np.zeros(len(xy), dtype=bool)
    # bridges may cross over a reached street, so a place near a line need not be on it
    assert near[(walk >= 0) & (walk < limit - 2)].all()
    clear = (walk < 0) | (walk > limit + 3)
    assert near[clear].mean() < 0.05 if clear.any() else True


@pytest.mark.parametrize("off_street", [isochrone.GROUND, snapping.DEFAULT_LIMITS])
def test_counted_addresses_agree_with_the_ground(city, off_street):
    rng = np.random.default_rng(4)
    middle = city.xy[np.hypot(*(city.xy - city.xy.mean(axis=0)).T).argmin()]
    source = snapping.snap(city, middle[None] + 10)
    limit = 80_000
    area, _ = isochrone.polygon(city, source, limit, off_street=off_street)
    node = rng.integers(0, city.n_nodes, 6000)
    homes = city.xy[node] + rng.normal(0, 20, (6000, 2))
    # people attach to every street as near as the ground counts
    snaps = snapping.snap(city, homes, limits=off_street)
    walk = reach.walks(city, reach.distances(city, [source], limit), snaps, 6000, [source], limit).net_cm[:, 0]
    inside = shapely.contains_xy(area, homes)
    counted = walk >= 0
    assert 300 < counted.sum() < 5000
    assert (inside & ~counted).sum() / counted.sum() < 0.02
    assert (~inside & counted).sum() / counted.sum() < 0.03


def test_a_river_bounds_the_ground_and_a_bridge_claims_none_of_it():
    south, north = grid(8, 60), [[(x, y + 600) for x, y in line] for line in grid(8, 60)]
    bridge = len(south) + len(north)
    streets = street_frame([*south, *north, [(180, 420), (180, 600)]], bridge={bridge})
    net = network.build(streets)
    river = line_frame(
        [[(-200, 440), (172, 440)], [(188, 440), (700, 440)], [(-200, 560), (172, 560)], [(188, 560), (700, 560)]],
        kind="river",
    )
    source = snapping.snap(net, at((180, 300)))
    area, lines = isochrone.polygon(net, source, 60_000, river)
    assert covers(area, (60, 410), (300, 430), (180, 640), (240, 590)) == [True] * 4
    assert covers(area, (60, 450), (300, 500), (60, 555), (300, 550)) == [False] * 4
    assert shapely.distance(lines, shapely.Point(at((180, 500))[0])) < 1e-6
    free, _ = isochrone.polygon(net, source, 60_000)
    assert free.area > area.area
    closed, _ = isochrone.polygon(network.build(streets.drop(index=bridge)), source, 60_000, river)
    assert covers(closed, (180, 640), (60, 410)) == [False, True]


def test_ground_inside_a_compound_wall_is_not_taken_away():
    net = network.build(street_frame(grid(6)))
    source = snapping.snap(net, at((200, 200)))
    box = [[(210, 210), (290, 210), (290, 290), (210, 290), (210, 210)]]
    area, _ = isochrone.polygon(net, source, 40_000, line_frame(box, kind="compound_wall"))
    moated, _ = isochrone.polygon(net, source, 40_000, line_frame(box, kind="moat"))
    assert covers(area, (250, 250)) == [True]
    assert covers(moated, (250, 250), (205, 250)) == [False, True]


def test_far_streets_leave_a_hole_between_them():
    ring = [[(0, 0), (600, 0), (600, 600), (0, 600), (0, 0)], [(0, 0), (-50, -50)]]
    net = network.build(street_frame([[*ring[0]], ring[1]]))
    area, _ = isochrone.polygon(net, snapping.snap(net, at((0, 0))), 10**6)
    assert covers(area, (40, 300), (560, 300), (300, 40), (300, 300), (300, 360)) == [True, True, True, False, False]


def test_many_sources_cover_what_each_covers(city):
    rng = np.random.default_rng(1)
    places = city.xy[rng.integers(0, city.n_nodes, 12)]
    sources = snapping.snap(city, places)
    together, lines = isochrone.polygon(city, sources, 40_000)
    single = [isochrone.polygon(city, sources.select([row]), 40_000) for row in range(12)]
    union = shapely.union_all([area for area, _ in single])
    assert together.symmetric_difference(union).area < 0.02 * together.area
    each = shapely.union_all([shapely.buffer(line, 0.01, quad_segs=1) for _, line in single])
    assert lines.difference(each).length < 0.1
    assert sum(line.difference(shapely.buffer(lines, 0.01, quad_segs=1)).length for _, line in single) < 0.1


def test_a_longer_limit_never_covers_less_street(city):
    source = snapping.snap(city, city.xy[2000:2001] + 5)
    found = [isochrone.polygon(city, source, limit) for limit in (0, 500, 20_000, 40_000, 80_000)]
    lengths = [lines.length for _, lines in found]
    assert lengths == sorted(lengths)
    areas = [area.area for area, _ in found]
    assert areas == sorted(areas)
    assert found[0][1].is_empty


def test_places_on_one_line_or_without_street_have_no_ground():
    net = network.build(street_frame([[(0, 0), (500, 0)]]))
    area, lines = isochrone.polygon(net, snapping.snap(net, at((100, 5))), 10_000)
    assert area.is_empty
    assert lines.length == pytest.approx(190)
    nothing = snapping.snap(net, at((100, 900)))
    area, lines = isochrone.polygon(net, nothing, 10_000)
    assert area.is_empty
    assert lines.is_empty


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_any_samples_give_a_valid_area(seed, walled):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    xy = rng.uniform(0, 600, (n, 2))
    walk = rng.uniform(0, 500, n)
    walls = shapely.STRtree(shapely.linestrings(rng.uniform(0, 600, (6, 2, 2)))) if walled else None
    area = tin.within(xy, walk, np.empty((0, 2), np.int64), tin.Rule(300.0, snapping.DEFAULT_LIMITS, walls))
    assert area.is_valid
    assert area.difference(shapely.box(0, 0, 600, 600).buffer(1e-6)).is_empty
