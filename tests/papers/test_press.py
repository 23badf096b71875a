"""Lines of Chinese text, dashes, scales and faces."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import MachineError
from maps.press import fonts
from maps.press.canvas import dashed
from maps.press.chart import SCALES, frame_for
from maps.press.typeset import NOT_FIRST, NOT_LAST, broken

LETTERS = "社区网格，。（）“”、12.5%A—街道办事处 "


def measure(text: str) -> float:
    return sum(0.5 if one < "\u2e80" else 1.0 for one in text)


@given(st.text(st.sampled_from(LETTERS), max_size=80), st.integers(6, 28))
def test_lines_hold_the_whole_text_and_fit(text: str, width: int) -> None:
    lines = broken(text, width, measure, 2.0)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for row, line in enumerate(lines):
        whole = "".join(itertools.takewhile(lambda one: one not in " ", line))
        assert measure(line.rstrip(" ")) <= width - 2.0 * (row == 0) or len(line) <= 1 or len(whole) >= 6


def test_no_line_begins_or_ends_with_the_wrong_mark() -> None:
    text = "根据《城市居民委员会组织法》（2026年1月1日起施行）第三条，比平均多2.8%，新边界长1,208米（沿道路）。" * 4
    for width in range(12, 30):
        for line in broken(text, width, measure):
            assert line[0] not in NOT_FIRST
            assert line[-1] not in NOT_LAST
        assert any("2.8%" in line for line in broken(text, width, measure))


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(-50, 50)), min_size=2, max_size=9))
def test_dashes_and_gaps_make_up_the_line(points: list[tuple[float, float]]) -> None:
    line = np.array(points)
    long = float(np.hypot(*np.diff(line, axis=0).T).sum())
    drawn = sum(float(np.hypot(*np.diff(one, axis=0).T).sum()) for one in dashed(line, (2.0, 1.0)))
    turns, rest = divmod(long, 3.0)
    assert drawn == pytest.approx(turns * 2 + min(rest, 2.0), abs=1e-6)


@given(st.floats(1, 30_000), st.floats(1, 30_000))
def test_a_frame_shows_all_of_an_extent_at_a_round_scale(width: float, height: float) -> None:
    frame = frame_for((10, 10, 150, 200), (0, 0, width, height))
    west, south, east, north = frame.ground
    assert frame.scale in SCALES
    if frame.scale != SCALES[-1]:
        assert west <= 0 <= width <= east
        assert south <= 0 <= height <= north
    corners = frame.on_paper(np.array([[west, north], [east, south]]))
    assert corners == pytest.approx(np.array([[10.0, 10.0], [160.0, 210.0]]))


def test_faces_of_the_office_come_before_those_of_the_machine(tmp_path: Path) -> None:
    own = tmp_path / "fonts"
    own.mkdir()
    (own / "simfang.ttf").write_bytes(b"")
    known = fonts.faces(own)
    assert known["body"].file == own / "simfang.ttf"
    assert not known["body"].substitute
    assert "仿宋" not in fonts.substituted(known, ["body", "title"])


def test_without_any_chinese_face_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", (tmp_path,))
    with pytest.raises(fonts.NoFontError, match="fonts-noto-cjk") as caught:
        fonts.faces(tmp_path / "none")
    assert isinstance(caught.value, MachineError)
