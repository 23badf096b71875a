"""The atlas of a subdistrict, read again page by page: numbers lead where they say, faces are inside, scope holds."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from api.access import now, today
from api.flows import atlas, gridding
from api.settings import Settings
from data import session
from data.viewers import PLANNER, Viewer
from gis.errors import BadInputError, NotFoundError
from tests.api.plan_site import plan_url
from tests.papers.pdfs import Inside, inside

__all__ = ["plan_url"]
SUBDISTRICT = "610199002"
LINE = re.compile(rf"({SUBDISTRICT}\d{{3}})\n(\d+)\n")


@pytest.fixture(scope="module")
def made(sample_url: str) -> atlas.Made:
    engine = session.make_engine(sample_url)
    order = atlas.Order(SUBDISTRICT, today())
    settings = Settings(database_url=sample_url)
    done = atlas.make(engine, settings, PLANNER, order, now(), "https://wangge.example.gov.cn/", atlas.silent)
    engine.dispose()
    return done


@pytest.fixture(scope="module")
def read(made: atlas.Made) -> Inside:
    return inside(made.content)


def test_every_face_is_inside_and_nothing_is_a_picture(made: atlas.Made, read: Inside) -> None:
    assert read.fonts
    assert read.fonts == read.embedded
    assert all(name.startswith("MPDFAA+") for name in read.fonts)
    assert read.images == 0
    assert read.pages == made.pages == made.places + 3
    assert read.sizes_mm[2] == (420.0, 297.0)
    assert {size for place, size in enumerate(read.sizes_mm) if place != 2} == {(210.0, 297.0)}


def test_every_page_says_what_it_is(read: Inside) -> None:
    for number, words in enumerate(read.words, 1):
        assert "内部使用" in words
        assert "合成示例数据" in words
        assert "审图号：待填" in words
        assert "数据日期 20" in words
        assert number == 1 or words.rstrip().endswith(f"\n{number}")


def test_the_contents_lead_to_the_right_pages(made: atlas.Made, read: Inside) -> None:
    listed = LINE.findall(read.words[1] + "\n")
    assert len(listed) == made.places
    for code, page in listed:
        words = read.words[int(page) - 1]
        assert f"编码 {code}" in words
        assert "最近的服务" in words
        assert "隔壁社区" in words
        assert "1:" in words
    assert made.content.count(b"/Subtype /Link") == made.places + 1


def test_neighbours_name_each_other_by_page(read: Inside) -> None:
    found = 0
    for number, words in enumerate(read.words, 1):
        for name, page in re.findall(r"\n([^\n ]+社区)\n[\d,]+ 户\n(\d+) 页", words):
            other = read.words[int(page) - 1]
            assert other.split("\n")[1] == name
            assert f"\n{number} 页" in other
            found += 1
    assert found >= 8


def test_only_what_lies_in_the_scope_is_drawn(sample_engine: Engine) -> None:
    settings = Settings()
    one = Viewer("社区", f"{SUBDISTRICT}003")
    done = atlas.make(sample_engine, settings, one, atlas.Order(SUBDISTRICT, today()), now(), "", atlas.silent)
    words = inside(done.content).words
    assert done.places == 1
    assert f"编码 {SUBDISTRICT}003" in words[3]
    assert not any(f"{SUBDISTRICT}{other:03d}" in page for other in (1, 2, 4, 5) for page in words)
    with pytest.raises(NotFoundError):
        atlas.make(sample_engine, settings, one, atlas.Order("610199003", today()), now(), "", atlas.silent)


def test_grids_of_a_community_share_a_scale(plan_url: str) -> None:
    engine = session.make_engine(plan_url)
    order = gridding.Order(f"{SUBDISTRICT}002", today(), grid_set="综治")
    gridding.run(engine, order, PLANNER, atlas.silent)
    done = atlas.make(
        engine, Settings(), PLANNER, atlas.Order(order.code, today(), "A3", "综治"), now(), "https://a.cn", atlas.silent
    )
    read = inside(done.content)
    pages = read.words[3:]
    assert done.kind == "网格"
    assert done.places == len(pages) > 1
    assert set(read.sizes_mm) == {(420.0, 297.0)}
    assert len({re.search(r"1:([\d,]+)", words)[1] for words in pages}) == 1
    assert all("草拟边界，非法定" in words for words in read.words)
    assert all("网格长" in words and "隔壁网格" in words for words in pages)
    with pytest.raises(BadInputError, match="综治"):
        atlas.make(engine, Settings(), PLANNER, atlas.Order(order.code, today(), "A4", "城管"), now(), "", atlas.silent)
    engine.dispose()


def test_small_ones_come_at_once_and_large_ones_are_sent_to_a_job(client: TestClient) -> None:
    answer = client.get(f"/atlas/{SUBDISTRICT}001.pdf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert "合成示例数据" in unquote(answer.headers["content-disposition"])
    assert inside(answer.content).pages == 4
    refused = client.get("/atlas/610199.pdf")
    assert refused.status_code == 422
    assert "后台" in refused.json()["detail"]
    assert client.get("/atlas/619999.pdf").status_code == 404
    assert client.get(f"/atlas/{SUBDISTRICT}.pdf", params={"size": "A5"}).status_code == 422


def test_the_file_is_refused_where_it_cannot_be_written(sample_engine: Engine, tmp_path: Path) -> None:
    order = atlas.Order(f"{SUBDISTRICT}001", today())
    with pytest.raises(Exception, match="没有写成"):
        atlas.write(sample_engine, Settings(), PLANNER, order, now(), tmp_path / "no" / "a.pdf", atlas.silent)


def test_the_page_offers_what_lies_in_the_scope(client: TestClient) -> None:
    page = client.get("/atlas").text
    assert "澄安区（131 个社区）" in page
    assert f'<option value="{SUBDISTRICT}">' in page
    assert 'href="/atlas?area=610199"' in client.get("/").text


def test_a_viewer_of_one_community_is_offered_that_one(sample_engine: Engine) -> None:
    with session.transaction(sample_engine) as connection:
        one = Viewer("社区", f"{SUBDISTRICT}003")
        offered = atlas.page_view(connection, one, today(), "", "").areas
    assert [area.code for area in offered] == [f"{SUBDISTRICT}003"]
