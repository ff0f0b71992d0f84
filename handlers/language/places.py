"""Provinces and cities, and which sales region a place belongs to."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection

from handlers.language.text import fold

_AREAS = {
    "华东": "上海 江苏 浙江 安徽 福建 江西 山东",
    "华南": "广东 广西 海南",
    "华北": "北京 天津 河北 山西 内蒙古",
    "华中": "河南 湖北 湖南",
    "西南": "重庆 四川 贵州 云南 西藏",
    "西北": "陕西 甘肃 青海 宁夏 新疆",
    "东北": "辽宁 吉林 黑龙江",
    "港澳台": "香港 澳门 台湾",
}
_CITIES = {
    "江苏": "南京 苏州 无锡 常州 南通 徐州 扬州 盐城 泰州 镇江 淮安 连云港 宿迁 昆山 江阴 张家港 常熟",
    "浙江": "杭州 宁波 温州 嘉兴 绍兴 金华 台州 湖州 衢州 丽水 舟山 义乌",
    "安徽": "合肥 芜湖 蚌埠 滁州 马鞍山 安庆 阜阳 六安 宣城",
    "福建": "福州 厦门 泉州 漳州 莆田 龙岩 宁德 三明 南平",
    "江西": "南昌 赣州 九江 上饶 宜春 吉安 抚州 景德镇",
    "山东": "济南 青岛 烟台 潍坊 临沂 淄博 济宁 威海 日照 泰安 德州 东营 聊城 滨州 菏泽",
    "广东": "广州 深圳 东莞 佛山 珠海 惠州 中山 汕头 江门 湛江 肇庆 茂名 揭阳 清远",
    "广西": "南宁 柳州 桂林 北海 玉林",
    "海南": "海口 三亚",
    "河北": "石家庄 唐山 保定 廊坊 邯郸 沧州 秦皇岛 邢台 张家口",
    "山西": "太原 大同 临汾 运城 长治",
    "内蒙古": "呼和浩特 包头 鄂尔多斯 赤峰",
    "河南": "郑州 洛阳 新乡 南阳 许昌 开封 安阳 商丘 信阳",
    "湖北": "武汉 宜昌 襄阳 荆州 黄石 十堰 孝感 黄冈",
    "湖南": "长沙 株洲 湘潭 衡阳 岳阳 常德 郴州",
    "四川": "成都 绵阳 德阳 宜宾 南充 泸州 乐山",
    "贵州": "贵阳 遵义 六盘水",
    "云南": "昆明 大理 曲靖 玉溪",
    "西藏": "拉萨",
    "陕西": "西安 咸阳 宝鸡 榆林 渭南 汉中",
    "甘肃": "兰州 天水 酒泉",
    "青海": "西宁",
    "宁夏": "银川",
    "新疆": "乌鲁木齐 克拉玛依 喀什",
    "辽宁": "沈阳 大连 鞍山 营口 锦州 抚顺",
    "吉林": "长春 延边",
    "黑龙江": "哈尔滨 大庆 齐齐哈尔 牡丹江",
    "台湾": "台北 高雄 台中",
}
_PARENT = {province: area for area, provinces in _AREAS.items() for province in provinces.split()}
_PARENT |= {city: province for province, cities in _CITIES.items() for city in cities.split()}
_NAMES = sorted({*_PARENT, *_AREAS}, key=len, reverse=True)
_PLACE = re.compile(
    rf"(?P<name>{'|'.join(_NAMES)})(?:维吾尔|壮族|回族)?(?:特别行政区|自治区|地区|大区|片区|区域|省|市|区)?"
)


def read_place(text: str, regions: Collection[str] = ()) -> str | None:
    """The place `text` is nothing but: one of `regions` as they are spelt there, or a known area, province or city.

    江苏苏州 gives the narrower 苏州; endings such as 省 and 市 are dropped. None when there is more in `text`, or
    when the place is unknown.
    """
    folded = fold(text).strip()
    for region in regions:
        if folded and folded == fold(region):
            return region
    pieces = _pieces(folded)
    return pieces[-1] if pieces else None


@functools.lru_cache(maxsize=512)
def _pieces(folded: str) -> tuple[str, ...]:
    """`folded` as a run of place names, wide to narrow; empty when it is anything else."""
    pieces: list[str] = []
    at = 0
    while at < len(folded):
        match = _PLACE.match(folded, at)
        if match is None:
            return ()
        pieces.append(match["name"])
        at = match.end()
    return tuple(pieces)


def region_of(place: str, regions: Collection[str]) -> str | None:
    """The one of `regions` that `place` is or lies in (苏州 → 江苏, or 华东); the narrowest wins; None without one."""
    spelt = {(_pieces(fold(region)) or (fold(region),))[-1]: region for region in regions}
    names = _pieces(fold(place))
    name: str | None = names[-1] if names else fold(place)
    while name is not None:
        if name in spelt:
            return spelt[name]
        name = _PARENT.get(name)
    return None
