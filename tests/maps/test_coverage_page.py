"""The coverage page in Chromium: what it says, and what it says when something is missing."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from tests.maps.browser import Seen
from tests.maps.onmap import another, fills, middle, pixel
from tests.maps.server import Canned
from tests.maps.world import CODE, EVIL, answers, item_answer, view
from tests.maps.world import ITEMS as ROWS

pytestmark = pytest.mark.browser
MARKET = f"/api/coverage/{CODE}/items/market?circle_min=10"


def test_the_page_calls_nobody_and_the_policy_is_in_force(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    assert tab.evaluate("document.querySelectorAll('script:not([src]),style,[style*=\"javascript\"]').length") == 0
    tab.mouse.move(500, 400)
    tab.mouse.wheel(0, -300)
    tab.wait_for_timeout(300)
    seen.clean(site.base)
    tab.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.__ran = 1'}))"
    )
    tab.evaluate("document.querySelector('main').setAttribute('style', 'color:red')")
    refused = tab.evaluate("[window.__ran, window.__refused.map(t => t.split(' ')[0]).sort().join()]")
    assert refused == [None, "script-src-elem,style-src-attr"]


def test_the_answer_stands_first_in_a_sentence_and_agrees_with_the_figures(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    sums = item_answer(ROWS[0])["areas"]["communities"]  # type: ignore[index]
    people, inside = (sum(row[key]["all"] for row in sums) for key in ("people", "in_m"))
    words = f"全区 {people - inside:,} 人走 500 米到不了菜市场，占 {100 * (people - inside) / people:.1f}%。"
    assert tab.locator("#say").inner_text().replace("\u00a0", " ") == words
    assert "菜市场 500 米步行覆盖率" in tab.locator("#title").inner_text()
    assert "数据：小区 2026-11-01，道路 2026-10-01" in tab.locator("#lead").inner_text()
    assert (
        tab.evaluate("document.querySelector('#say').compareDocumentPosition(document.querySelector('.meter')) & 4")
        == 4
    )
    assert "按标准距离评价 4 项，达标 0 项；另有 1 项无数据，不评价" in tab.locator("#area").inner_text()


def test_colours_are_the_fixed_classes_and_the_legend_counts_them(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    painted = fills(tab)
    share = {r["code"]: r["in_m"]["all"] / r["people"]["all"] for r in item_answer(ROWS[0])["areas"]["communities"]}  # type: ignore[index]
    token = tab.evaluate("['cov-5','cov-4','cov-3','cov-2','cov-1'].map(W.token)")
    for code, value in share.items():
        assert painted[code] == token[next(i for i, low in enumerate((0.95, 0.8, 0.65, 0.5, 0)) if value >= low)]
    counts = [int(t) for t in re.findall(r"(\d+) 个\b", tab.locator("#keys").inner_text())]
    assert counts == [*(sum(c == t for c in painted.values()) for t in token), 0]


def test_a_rows_own_limit_decides_what_can_be_chosen(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base + "/#category=community_retail&measure=radius")
    seen.until("W.page.state.measure === 'm'")
    assert "没有规定走多远" in tab.locator("#say").inner_text()
    assert set(fills(tab).values()) == {"hatch"}
    assert tab.get_by_role("button", name="按步行时间").is_disabled()
    assert tab.locator(".score .cell").count() == 5


def test_a_category_without_points_says_what_to_do_next(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base + "/#category=canteen")
    assert tab.locator("#say").inner_text() == "本区还没有社区食堂数据，先导入或在现场核对。"
    assert tab.locator("#gaplist").inner_text() == ""


def test_beyond_the_search_distance_and_undecided_are_said(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    assert "超过 22 分钟" in tab.locator("#gaplist").inner_text()
    assert "1 个小区离道路太远，无法判定，未计入" in tab.locator("#say2").inner_text()
    assert "第11小区乙" not in tab.locator("#gaplist").inner_text()


def test_hostile_names_stay_text(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    x, y = pixel(tab, *middle(6))
    tab.mouse.move(x - 4, y)
    tab.mouse.move(x, y)
    tab.mouse.click(x, y)
    seen.until("W.page.card && document.querySelector('#area h2').textContent.includes('onerror')")
    assert EVIL in tab.locator(".leaflet-tooltip").last.inner_text()
    seen.act("W.page.go({life: 'S2'})")
    seen.act("W.page.go({life: null, why: 'C14'})")
    tab.locator("#find").fill("onerror")
    assert tab.locator("#found li").count() >= 2
    assert tab.evaluate("[window.__xss, document.querySelectorAll('img[src=\"x\"]').length]") == [None, 0]
    seen.clean(site.base)


def test_a_second_visit_asks_with_the_tag_and_gets_no_body(seen: Seen, site: Canned) -> None:
    seen.open(site.base)
    site.hits.clear()
    seen.tab.reload()
    seen.until("!!document.body.dataset.ready")
    path = f"/layers/communities.geojson?area={CODE}"
    assert site.hits[f"304 {path}"] == 1
    assert site.hits[f"200 {path}"] == 0


def test_what_did_not_arrive_is_said_and_the_rest_stays(seen: Seen, site: Canned) -> None:
    seen.tab.route("**/layers/streets*", lambda route: route.abort())
    tab = seen.open(site.base)
    seen.until("!!document.querySelector('.banner.bad')")
    assert "没取到“道路”图层，其余内容没有变" in tab.locator("#notes").inner_text()
    tab.route("**/items/kindergarten*", lambda route: route.abort())
    said = tab.locator("#say").inner_text()
    seen.act("W.page.go({item: W.page.items[1]})")
    assert "没取到“幼儿园”的结果，图上还是上一次的内容" in tab.locator("#notes").inner_text()
    assert tab.locator("#say").inner_text() == said


def test_stale_draft_and_missing_ages_are_said(seen: Seen) -> None:
    district, item = json.loads(answers()[f"/api/coverage/{CODE}"]), json.loads(answers()[MARKET])
    for compound in item["compounds"]:
        compound["people"]["elderly"] = None
    changes = {f"/api/coverage/{CODE}": json.dumps(district | {"stale": True}), MARKET: json.dumps(item)}
    with another(changes, replace(view(), draft=(12, 30))) as site:
        tab = seen.open(site.base)
        notes = tab.locator("#notes").inner_text()
        assert "数据已变化，待重算" in notes
        assert "重新计算" in notes
        assert "草拟边界，非法定" in notes
        assert "12/30" in notes
        assert "数据已变化，待重算" in tab.locator("#proof").inner_text()
        seen.act("W.page.go({group: 'elderly'})")
        assert "无分年龄数据" in tab.locator("#say").inner_text()
        seen.clean(site.base)


def test_what_is_not_judged_is_folded_and_counted_by_reason(seen: Seen, site: Canned) -> None:
    tab = seen.open(site.base)
    assert "1 项无数据，1 项标准没有限值，不评价" in tab.locator("#area").inner_text()
    assert tab.locator(".score tbody tr:visible").count() == 4
    assert "2026-11-02 09:14 计算" in tab.locator("#proof").inner_text()


def test_a_row_in_minutes_only_is_judged_and_titled_by_minutes(seen: Seen) -> None:
    row = replace(ROWS[0], limit_m=None)
    answer = item_answer(ROWS[0]) | {"limit_m": None}
    with another({MARKET: json.dumps(answer)}, replace(view(), items=(row, *ROWS[1:]))) as site:
        tab = seen.open(site.base)
        assert "菜市场步行 8 分钟覆盖率" in tab.locator("#title").inner_text()
        assert "hatch" not in fills(tab).values()
        assert tab.get_by_role("button", name="直线半径").is_disabled()
        seen.clean(site.base)
