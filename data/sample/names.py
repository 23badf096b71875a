"""Invented but believable names. Every list is drawn without repetition."""

import numpy as np

FIRST = "永安兴和明瑞文景泰崇敬延锦德昌广义仁嘉庆宁康福祥丰顺善信正贤清朝晨霞翠青玉金银桂梧榆柳枫松竹梅桃杏棠荷莲菊槐"
SECOND = "宁定乐平华康祥义德庆和远盛泰安居苑达新林泉源溪桥台岗塘荫园坊里"
LANE = "柳枣槐杏桑井庙鼓箭马盐糖油米布铁皮竹灯书琴药醋酱豆粉钱镜针线席绳花鱼鸡羊驼木瓦石砖炭窑染机"
LANE2 = "家树市坊园道池楼门台角湾眼营仓院子"
ESTATE_A = [
    "云锦",
    "澜悦",
    "和朗",
    "翰林",
    "麓湖",
    "璟园",
    "御景",
    "华庭",
    "铂悦",
    "观澜",
    "棠悦",
    "誉景",
    "星河",
    "尚品",
    "翡翠",
    "雅居",
    "蓝湾",
    "逸景",
    "天朗",
    "金泰",
    "绿源",
    "嘉和",
    "水岸",
    "沁园",
    "林溪",
    "枫林",
    "汀兰",
    "锦绣",
    "盛世",
    "东方",
    "时代",
    "阳光",
    "丽景",
    "康桥",
    "名仕",
    "香榭",
    "翠屏",
    "凤凰",
    "珑玺",
    "瑞景",
    "滨江",
    "书香",
    "长河",
    "桃源",
    "福临",
    "文景",
    "紫金",
    "玉泉",
    "祥和",
    "春晓",
    "明德",
    "鸿运",
    "景泰",
    "怡和",
    "安泰",
    "都市",
    "世纪",
    "金色",
    "新领",
    "双桂",
    "芙蓉",
    "兰亭",
    "海棠",
    "银杏",
    "秋实",
    "天伦",
    "富丽",
    "雍景",
    "龙腾",
    "国色",
    "融和",
    "半岛",
    "悦府",
    "九栋",
    "檀香",
]
ESTATE_B = [
    "花园",
    "佳园",
    "雅苑",
    "新城",
    "名邸",
    "公馆",
    "华府",
    "家园",
    "嘉苑",
    "国际",
    "东郡",
    "澜庭",
    "熙园",
    "里",
    "城",
    "府",
    "湾",
    "庭",
    "郡",
    "轩",
]
WORKS = [
    "机械厂",
    "纺织厂",
    "面粉厂",
    "电缆厂",
    "轴承厂",
    "仪表厂",
    "印刷厂",
    "水泥厂",
    "铁路局",
    "机务段",
    "地质队",
    "建筑公司",
    "设计院",
    "税务局",
    "粮食局",
    "供销社",
    "电业局",
    "邮电局",
    "煤炭局",
    "水利厅",
    "物资局",
    "汽修厂",
    "搪瓷厂",
    "橡胶厂",
    "制药厂",
    "石油公司",
    "运输公司",
    "农机厂",
    "勘察院",
    "毛巾厂",
    "针织厂",
    "电机厂",
    "变压器厂",
    "开关厂",
    "变电站",
    "酒精厂",
    "教育局",
    "商业局",
    "三中",
    "五中",
    "师范",
    "卫校",
    "报社",
    "外贸公司",
    "百货公司",
    "冷冻厂",
    "木材厂",
    "造纸厂",
    "标准件厂",
    "齿轮厂",
]
SIDES = "东西南北中"


def pairs(first, second, rng, taken=()):
    """All two-character combinations in a shuffled order, skipping doubled characters and taken ones."""
    every = [a + b for a in dict.fromkeys(first) for b in dict.fromkeys(second) if a != b and a + b not in taken]
    return [every[i] for i in rng.permutation(len(every))]


def street_names(streets, main, seed):
    """Name every unnamed street: parallel neighbours share a word with 一二三, lanes get old trade names."""
    rng = np.random.default_rng([seed, 6])
    words = pairs(FIRST, SECOND[:24], rng, {s.name[:2] for s in streets if s.name})
    lanes = pairs(LANE, LANE2, rng)
    for s in streets:
        if s.name:
            continue
        c = np.asarray(s.geom.coords)
        d = c[-1] - c[0]
        upright = abs(d[1]) > abs(d[0])
        if s.cls == "living_street":
            w = lanes.pop() if lanes else None
            s.name = (w + "巷") if w and s.geom.length > 70 and main(s) else ""
        elif s.cls in ("tertiary", "secondary") and words:
            s.name = words.pop() + ("路" if upright or rng.random() < 0.35 else "街")
    return streets


def compound_names(rows, seed):
    """rows: (kind, built, street name nearby). Estates, dormitories of works, numbered yards."""
    rng = np.random.default_rng([seed, 7])
    estates = [a + c for a in ESTATE_A for c in ESTATE_B if a[-1] not in c]
    estates = [estates[i] for i in rng.permutation(len(estates))]
    used, out = set(), []
    for kind, built, road in rows:
        for _ in range(60):
            if kind == "danwei":
                w = WORKS[rng.integers(len(WORKS))]
                n = w + ["家属院", "家属区", "宿舍", "小区"][rng.choice(4, p=[0.6, 0.2, 0.1, 0.1])]
                if n in used:
                    n = (
                        w + SIDES[rng.integers(5)] + "院家属区"
                        if rng.random() < 0.5
                        else f"{road}{rng.integers(2, 180)}号院"
                        if road
                        else w + "新村"
                    )
            elif kind == "old":
                r = rng.random()
                n = (
                    f"{road}{rng.integers(2, 200)}号院"
                    if r < 0.42 and road
                    else (road[:2] + ["小区", "新村", "住宅区"][rng.integers(3)])
                    if r < 0.72 and road
                    else estates.pop()[:2] + "小区"
                )
            elif kind == "hutong":
                n = (
                    (road + ["片区", "街坊", f"{rng.integers(1, 90)}号街坊"][rng.integers(3)])
                    if road
                    else estates.pop()[:2] + "街坊"
                )
            else:
                n = estates.pop()
                if kind == "high" and rng.random() < 0.18:
                    n += ["一期", "二期"][rng.integers(2)]
            if n not in used:
                break
        while n in used:
            n = n.rstrip("0123456789") + str(rng.integers(2, 99))
        used.add(n)
        out.append(n)
    return out


def community_names(hints, seed):
    """One unique name per community: from a well-known street or estate inside, else a lucky word."""
    rng = np.random.default_rng([seed, 8])
    words = pairs(FIRST[:40], SECOND, rng)
    used, out = set(), []
    for hint in hints:
        pick = [h for h in hint if h and h not in used]
        n = pick[0] if pick and rng.random() < 0.62 else None
        while n is None or n in used:
            n = words.pop()
        used.add(n)
        out.append(n + "社区")
    return out
