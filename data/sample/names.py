"""Invented but believable names. Every list is drawn without repetition."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import shapely

from data.sample.geo import Rng
from data.sample.ground import Street

FIRST = "永安兴和明瑞文景泰崇敬延锦德昌广义仁嘉庆宁康福祥丰顺善信正贤清朝晨霞翠青玉金银桂梧榆柳枫松竹梅桃杏棠荷莲菊槐"
SECOND = "宁定乐平华康祥义德庆和远盛泰安居苑达新林泉源溪桥台岗塘荫园坊里"
LANE = "柳枣槐杏桑井庙鼓箭马盐糖油米布铁皮竹灯书琴药醋酱豆粉钱镜针线席绳花鱼鸡羊驼木瓦石砖炭窑染机"
LANE2 = "家树市坊园道池楼门台角湾眼营仓院子"
ESTATE_A = (
    "云锦 澜悦 和朗 翰林 麓湖 璟园 御景 华庭 铂悦 观澜 棠悦 誉景 星河 尚品 翡翠 雅居 "
    "蓝湾 逸景 天朗 金泰 绿源 嘉和 水岸 沁园 林溪 枫林 汀兰 锦绣 盛世 东方 时代 阳光 "
    "丽景 康桥 名仕 香榭 翠屏 凤凰 珑玺 瑞景 滨江 书香 长河 桃源 福临 文景 紫金 玉泉 "
    "祥和 春晓 明德 鸿运 景泰 怡和 安泰 都市 世纪 金色 新领 双桂 芙蓉 兰亭 海棠 银杏 "
    "秋实 天伦 富丽 雍景 龙腾 国色 融和 半岛 悦府 九栋 檀香 "
)
ESTATE_B = "花园 佳园 雅苑 新城 名邸 公馆 华府 家园 嘉苑 国际 东郡 澜庭 熙园 里 城 府 湾 庭 郡 轩 "
WORKS = (
    "机械厂 纺织厂 面粉厂 电缆厂 轴承厂 仪表厂 印刷厂 水泥厂 铁路局 机务段 地质队 建筑公司 "
    "设计院 税务局 粮食局 供销社 电业局 邮电局 煤炭局 水利厅 物资局 汽修厂 搪瓷厂 橡胶厂 "
    "制药厂 石油公司 运输公司 农机厂 勘察院 毛巾厂 针织厂 电机厂 变压器厂 开关厂 变电站 "
    "酒精厂 教育局 商业局 三中 五中 师范 卫校 报社 外贸公司 百货公司 冷冻厂 木材厂 造纸厂 "
    "标准件厂 齿轮厂 "
)
SIDES = "东西南北中"
LANE_KINDS = ("living_street",)
STREET_KINDS = ("secondary", "tertiary", "residential")
SAME_STREET_DEG = 32.0  # a street that turns more than this at a junction gets a new name


def pairs(first: str, second: str, rng: Rng, taken: Iterable[str] = ()) -> list[str]:
    """All two-character combinations in a shuffled order, without doubled characters and taken ones."""
    known = set(taken)
    every = [a + b for a in dict.fromkeys(first) for b in dict.fromkeys(second) if a != b and a + b not in known]
    return [every[i] for i in rng.permutation(len(every))]


def named_streets(streets: Sequence[Street], counts: Callable[[Street], bool], seed: int) -> list[Street]:
    """Name every unnamed street along its whole course; lanes get old trade names where `counts` says so."""
    rng = np.random.default_rng([seed, 6])
    words = pairs(FIRST, SECOND[:24], rng, {s.name[:2] for s in streets if s.name})
    trades = pairs(LANE, LANE2, rng)
    out = list(streets)
    for course in _courses(streets):
        mine = [streets[i] for i in course]
        length = sum(s.geom.length for s in mine)
        step = np.sum([np.abs(np.subtract(s.geom.coords[-1], s.geom.coords[0])) for s in mine], axis=0)
        name = ""
        if mine[0].cls in STREET_KINDS and words:
            name = words.pop() + ("路" if step[1] > step[0] or rng.random() < 0.35 else "街")
        elif mine[0].cls in LANE_KINDS and trades and length > 70 and any(counts(s) for s in mine):
            name = trades.pop() + "巷"
        for i in course:
            out[i] = replace(streets[i], name=name)
    return out


def _courses(streets: Sequence[Street]) -> list[list[int]]:
    """Unnamed streets gathered into courses: pieces that run on straight where they meet end to end."""
    root = {i: i for i, s in enumerate(streets) if not s.name and s.cls in STREET_KINDS + LANE_KINDS}
    ends: dict[tuple[float, float], list[tuple[int, float]]] = {}
    for i in root:
        xy = shapely.get_coordinates(streets[i].geom)
        for at, towards in ((xy[0], xy[1]), (xy[-1], xy[-2])):
            ends.setdefault(tuple(at), []).append((i, float(np.arctan2(*(towards - at)[::-1]))))

    def top(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    for _, meeting in sorted(ends.items()):
        turns = []
        for n, (i, heading) in enumerate(meeting):
            for j, other in meeting[n + 1 :]:
                bend = abs(np.degrees((heading - other) % (2 * np.pi)) - 180)
                same_kind = (streets[i].cls in LANE_KINDS) == (streets[j].cls in LANE_KINDS)
                turns += [(bend, i, j)] if same_kind and bend < SAME_STREET_DEG else []
        joined: set[int] = set()
        for _, i, j in sorted(turns):
            if not {i, j} & joined:
                joined |= {i, j}
                root[top(i)] = top(j)
    courses: dict[int, list[int]] = {}
    for i in root:
        courses.setdefault(top(i), []).append(i)
    return list(courses.values())


class CompoundNames:
    """Draws names of compounds, each once: estates, dormitories of works, numbered yards."""

    def __init__(self, seed: int, taken: Iterable[str]) -> None:
        self._rng = np.random.default_rng([seed, 7])
        estates = [a + c for a in ESTATE_A.split() for c in ESTATE_B.split() if a[-1] not in c]
        self._estates = [estates[i] for i in self._rng.permutation(len(estates))]
        self._used = set(taken)

    def draw(self, kind: str, road: str) -> str:
        """A name fit for the kind, after the road beside it where it suits."""
        make = {"danwei": self._works, "old": self._yard, "hutong": self._quarter}.get(kind, self._estate)
        for _ in range(60):
            name = make(road, kind)
            if name not in self._used:
                break
        while name in self._used:
            name = name.rstrip("0123456789") + str(self._rng.integers(2, 99))
        self._used.add(name)
        return name

    def _one_of(self, words: Sequence[str]) -> str:
        return words[self._rng.integers(len(words))]

    def _works(self, road: str, _kind: str) -> str:
        work = self._one_of(WORKS.split())
        name = work + self._one_of(["家属院"] * 6 + ["家属区"] * 2 + ["宿舍", "小区"])
        if name not in self._used:
            return name
        if self._rng.random() < 0.5:
            return f"{work}{self._one_of(SIDES)}院家属区"
        return f"{road}{self._rng.integers(2, 180)}号院"

    def _yard(self, road: str, _kind: str) -> str:
        luck = self._rng.random()
        if luck < 0.42:
            return f"{road}{self._rng.integers(2, 200)}号院"
        if luck < 0.72:
            return road[:2] + self._one_of(["小区", "新村", "住宅区"])
        return self._estates.pop()[:2] + "小区"

    def _quarter(self, road: str, _kind: str) -> str:
        return road + self._one_of(["片区", "街坊", f"{self._rng.integers(1, 90)}号街坊"])

    def _estate(self, _road: str, kind: str) -> str:
        name = self._estates.pop()
        return name + self._one_of(["一期", "二期"]) if kind == "high" and self._rng.random() < 0.18 else name


def community_names(hints: Sequence[Sequence[str]], seed: int) -> list[str]:
    """One name per community, each once: from a well-known street or estate inside, else a lucky word."""
    rng = np.random.default_rng([seed, 8])
    words = pairs(FIRST[:40], SECOND, rng)
    used: set[str] = set()
    out = []
    for hint in hints:
        fitting = [h for h in hint if h and h not in used]
        name = fitting[0] if fitting and rng.random() < 0.62 else words.pop()
        while name in used:
            name = words.pop()
        used.add(name)
        out.append(name + "社区")
    return out
