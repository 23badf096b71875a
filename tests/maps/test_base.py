"""What the page builder promises, without a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import folium
import pytest
from folium.elements import JSCSSMixin
from folium.plugins import HeatMap
from folium.template import Template

from maps.base import Assets, Built, Page, PageError
from maps.coverage import CoverageItem, coverage_addresses, coverage_page
from maps.layers import PageMap, UrlLayer
from maps.nav import PAGES
from tests.maps.server import SCRIPT
from tests.maps.world import CODE, EVIL, ITEMS, answers, view

ROOT = Path(__file__).parents[2]
BOUNDS = [[34.2, 108.8], [34.3, 109.0]]
PRINT_DIGEST = """
import hashlib
from maps.coverage import coverage_page
from tests.maps.world import answers, view
page = coverage_page(view())
built = page.build("/maps/coverage/page.js")
print(hashlib.sha256((built.html + built.script + page.one_file(answers())).encode()).hexdigest())
"""


class Raw(folium.MacroElement):
    """Any markup as an element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self._template = Template("{% macro html(this, kwargs) %}" + html + "{% endmacro %}")


def with_items(*items: folium.Element) -> Built:
    page = Page("x", Assets())
    area = PageMap(BOUNDS)
    area.add_to(page)
    for item in items:
        item.add_to(area)
    return page.build(SCRIPT)


def test_two_processes_write_the_same_bytes() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-c", PRINT_DIGEST],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            text=True,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "7")
    }
    assert len(runs) == 1


def test_one_page_object_builds_twice_the_same() -> None:
    page = coverage_page(view())
    assert page.build(SCRIPT) == page.build(SCRIPT)


def test_ids_are_numbered_and_look_alikes_in_the_data_stay() -> None:
    built = coverage_page(view(name="d41d8cd98f00b204e9800998ecf8427e")).build(SCRIPT)
    ids = re.findall(r"(?:page_map|url_layer)_(\w+)\b", built.html + built.script)
    assert set(ids) == {str(n + 1) for n in range(7)}
    assert "d41d8cd98f00b204e9800998ecf8427e" in built.html


def test_the_page_stays_small_with_every_category() -> None:
    many = tuple(CoverageItem(f"category_{n}", f"某一类很长名字的服务设施{n}", 15, 1000, 15) for n in range(40))
    built = coverage_page(view(items=many, draft=(50, 142), osm=True)).build(SCRIPT)
    assert len(built.html.encode()) <= 15_000
    assert len(built.html) == len(coverage_page(view(draft=(50, 142), osm=True)).build(SCRIPT).html)


def test_threads_do_not_share_links() -> None:
    before = {c: (list(c.default_js), list(c.default_css)) for c in {*JSCSSMixin.__subclasses__(), folium.Map, PageMap}}
    names = [f"第{n}区" for n in range(6)]
    alone = {name: coverage_page(view(name=name)).build(SCRIPT) for name in names}
    with ThreadPoolExecutor(8) as pool:
        jobs = [
            (name, pool.submit(lambda name=name: coverage_page(view(name=name)).build(SCRIPT))) for name in names * 8
        ]
        assert all(job.result() == alone[name] for name, job in jobs)
    assert before == {c: (list(c.default_js), list(c.default_css)) for c in before}


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (HeatMap([[34.2, 108.9]]), "外部文件"),
        (folium.CircleMarker([34.2, 108.9], popup="x"), "jQuery"),
        (folium.Marker([34.2, 108.9], icon=folium.Icon("red")), "awesome-markers"),
        (Raw("<script>1</script>"), "inline script"),
        (Raw("<style>p{}</style>"), "inline style"),
        (Raw('<img alt="" src="/a.png" onload="x()">'), "event handler"),
        (Raw('<p style="color:red">x</p>'), "style attribute"),
        (Raw('<img src="https://example.org/a.png">'), "outside address"),
        (Raw('<a href="javascript:1">x</a>'), "outside address"),
        (Raw('<a href=" //example.org">x</a>'), "outside address"),
    ],
)
def test_what_the_policy_would_refuse_is_refused_when_built(item: folium.Element, words: str) -> None:
    with pytest.raises(PageError, match=words):
        with_items(item)


def test_text_that_only_looks_dangerous_is_kept() -> None:
    text = '<p title="&lt;img onload=1&gt; https://example.org">onload=x() style=y javascript: https://example.org</p>'
    assert "https://example.org" in with_items(Raw(text)).html


def test_stock_folium_is_not_clean() -> None:
    """The reason for the builder; when this fails, folium has changed and the builder may shrink."""
    html = folium.Map([34.27, 108.94], tiles=None).get_root().render()
    assert re.search(r'src="https://', html)
    assert "<script>" in html
    assert html != folium.Map([34.27, 108.94], tiles=None).get_root().render()


def test_hostile_words_stay_words() -> None:
    hostile = view(
        name=EVIL,
        source=EVIL,
        standard_title=EVIL,
        map_number=EVIL,
        subdistricts=((EVIL, EVIL),),
        items=(replace(ITEMS[0], name=EVIL),),
    )
    built = coverage_page(hostile).build(SCRIPT)
    assert "<img" not in built.html
    assert "</script><" not in built.script
    given = dict.fromkeys(coverage_addresses(hostile), f'{{"a":"{EVIL}"}}')
    assert "<img" not in coverage_page(hostile).one_file(given)


def test_every_address_of_a_one_file_page_is_listed() -> None:
    listed = coverage_addresses(view(), ["610199001001"])
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(answers())


def test_a_one_file_page_without_its_data_is_refused_by_name() -> None:
    given = answers()
    del given[f"/layers/streets.geojson?area={CODE}"]
    with pytest.raises(PageError, match="streets"):
        coverage_page(view()).one_file(given)


def test_attribution_and_tags_stand_only_where_true() -> None:
    real = (
        coverage_page(view(synthetic=False, osm=True, draft=(50, 142), map_number="陕S（2026）001号"))
        .build(SCRIPT)
        .html
    )
    made_up = coverage_page(view()).build(SCRIPT).html
    assert "OpenStreetMap 贡献者（ODbL）" in real
    assert "草拟边界，非法定" in real
    assert "覆盖 50/142 个社区" in real
    assert "陕S（2026）001号" in real
    assert "合成示例数据" not in real
    assert "合成示例数据" in made_up
    assert "OpenStreetMap" not in made_up
    assert "审图号：待填" in made_up
    assert "待核 3 项" in made_up
    assert "内部使用" in made_up


def test_what_is_not_open_yet_is_no_link() -> None:
    html = coverage_page(view()).build(SCRIPT).html
    nav = re.search(r"<nav.*?</nav>", html, re.S)
    assert nav
    assert re.findall(r">([^<>]+)</(?:a|span)>", nav[0]) == [
        "首页",
        "服务覆盖一张图",
        "我的网格",
        "社区调整工作台",
        "数据管理",
        "网格图册",
        "账号",
    ]
    assert nav[0].count('title="还没有开放"') == sum(link is None for _, link in PAGES)


def test_scripts_and_styles_carry_the_digest_of_their_file() -> None:
    html = coverage_page(view()).build(SCRIPT).html
    assert all(
        re.search(r"\?v=[0-9a-f]{8,16}$", link)
        for link in re.findall(r'<(?:script src|link rel="stylesheet" href)="([^"]+)"', html)
    )


def test_a_missing_browser_file_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="make setup"):
        Assets(tmp_path).url("kit.js")


def test_a_layer_names_its_address_for_the_one_file_page() -> None:
    assert UrlLayer("/layers/streets.geojson", "道路", "streets").addresses == ("/layers/streets.geojson",)
