"""Papers of 合并, 边界微调 and 划分片区: each says what it does, and nothing that is only true of 分设."""

import io
import re
from typing import Any

import pytest
from docx import Document
from fastapi.testclient import TestClient

from api.access import today
from tests.api.plan_site import MIXED, plan_site, plan_url
from tests.papers.pdfs import inside

__all__ = ["plan_site", "plan_url"]
OTHER = "610199006015"


def made(site: TestClient, **asked: Any) -> dict[str, Any]:
    """A plan as it stands after solving."""
    answer = site.post("/api/plans", json={"community": MIXED} | asked)
    assert answer.status_code == 201, answer.text
    plan: dict[str, Any] = site.get(f"/api/plans/{answer.json()['plans'][0]['id']}").json()
    return plan


def lines(site: TestClient, number: int, name: str) -> list[str]:
    """The paragraphs of a paper, and that Word and PDF say the same."""
    word = site.get(f"/api/plans/{number}/papers/{name}.docx")
    assert word.status_code == 200, word.text
    told = [one.text for one in Document(io.BytesIO(word.content)).paragraphs if one.text]
    found = inside(site.get(f"/api/plans/{number}/papers/{name}.pdf").content)
    # a paragraph may go on overleaf, past the number of the page and the mark of its head
    pdf = re.sub(r"—\d+—|合成示例数据", "", "".join("".join(found.words).split()).replace("　", ""))
    for line in [one for one in told if len(one) > 30 and "内部使用" not in one]:
        assert "".join(line.split()).replace("　", "")[-24:] in pdf, line
    signed, listed = (
        f"{today().year}年{today().month}月{today().day}日",
        "附件：1." if name == "request" else "受理地址",
    )
    pages = ["".join(page.split()) for page in found.words]
    assert any(signed in page and listed in page for page in pages), "nobody signs an empty page"
    return told


def table(site: TestClient, number: int) -> dict[str, list[str]]:
    """The comparison before and after, by its first column."""
    raw = site.get(f"/api/plans/{number}/papers/request.docx").content
    rows = [[cell.text for cell in row.cells] for row in Document(io.BytesIO(raw)).tables[0].rows]
    return {row[0]: row[1:] for row in rows}


def named(site: TestClient, number: int) -> str:
    """The name of the file that is handed out."""
    said = site.get(f"/api/plans/{number}/papers/request.docx").headers["content-disposition"]
    return str(said)


def test_joined_communities_draw_no_border(plan_site: TestClient) -> None:
    plan = made(plan_site, kind="合并", others=[OTHER])
    first, second = (one["name"] for one in plan["communities"])
    told = lines(plan_site, plan["id"], "request")
    text = "".join(told)
    assert f"关于合并{first}、{second}的请示" in told
    assert f"将{first}、{second}合并为{first}，{second}不再单设" in text
    assert "合并不新划边界" in text
    for false in ("新边界长", "比各社区平均", "没有求解", "边界长度", "各社区户数与平均数"):
        assert false not in text
    compared = table(plan_site, plan["id"])
    assert compared["社区名称"] == [first, second, first]
    before, other, after = (int(one.replace(",", "")) for one in compared["户数"])
    assert before + other == after == plan["parts"][0]["households"]
    assert "四至：东至" in text
    public = "".join(lines(plan_site, plan["id"], "notice"))
    assert f"拟将{first}、{second}合并为{first}。" in public
    assert "%E5%90%88%E5%B9%B6%E8%AF%B7%E7%A4%BA" in named(plan_site, plan["id"]), "合并请示"


def test_an_adjusted_border_says_which_estates_go_over(plan_site: TestClient) -> None:
    plan = made(plan_site, kind="边界微调", others=[OTHER])
    first, second = (one["name"] for one in plan["communities"])
    before = "".join(lines(plan_site, plan["id"], "request"))
    assert "没有居民变更所属社区" in before
    assert "特殊情况说明" not in before, "two communities need not be alike"
    compared = table(plan_site, plan["id"])
    assert compared["户数"][:2] == compared["户数"][2:]
    plan = shifted(plan_site, plan)
    told = lines(plan_site, plan["id"], "request")
    text = "".join(told)
    assert f"关于调整{first}、{second}边界的请示" in told
    assert f"由{second}划入{first}的小区：" in text
    for false in ("比各社区平均", "没有求解", "新社区名称", "新设", "边界微调为"):
        assert false not in text
    households = [int(one.replace(",", "")) for one in table(plan_site, plan["id"])["户数"]]
    assert households[2] - households[0] == households[1] - households[3] > 0
    public = "".join(lines(plan_site, plan["id"], "notice"))
    assert f"由{second}划入{first}的小区：" in public
    assert "名居民所在的社区会改变" in public


def shifted(site: TestClient, plan: dict[str, Any]) -> dict[str, Any]:
    """The plan after one inhabited unit went from the second community to the first and both are whole."""
    for atom in [one for one, part in enumerate(plan["assignment"]) if part == 1]:
        body = {"version": plan["version"], "atom": atom, "part": 0}
        tried: dict[str, Any] = site.post(f"/api/plans/{plan['id']}/move", json=body).json()
        if tried["legal"] and tried["moved_residents"]:
            return tried
        plan = site.post(f"/api/plans/{plan['id']}/undo", json={"version": tried["version"]}).json()
    pytest.fail("no unit can go over")


def test_sub_areas_leave_everybody_in_the_community(plan_site: TestClient) -> None:
    plan = made(plan_site, kind="划分片区", parts=2, tolerance=0.2)
    assert plan["moved_residents"] == 0
    name, parts = plan["communities"][0]["name"], [one["name"] for one in plan["parts"]]
    told = lines(plan_site, plan["id"], "request")
    text = "".join(told)
    assert f"关于{name}划分片区的请示" in told
    assert f"将{name}划分为{'、'.join(parts)}，共 2 个片区" in text
    assert "居民所属的社区不变" in text
    assert "各片区户数与平均数相差不超过 20%" in text
    assert "各片区小区清单" in text
    for false in ("新社区", "变更所属社区", "居民委员会组织法", "保留原社区名称", "新设"):
        assert false not in text
    public = "".join(lines(plan_site, plan["id"], "notice"))
    assert "居民所属的社区不变" in public
    assert "会改变，其余" not in public
