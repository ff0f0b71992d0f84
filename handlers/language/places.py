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
    "江苏": "南京 苏州 无锡 常州 南通 徐州 扬州 盐城 泰州 镇江 淮安 连云港 宿迁 昆山 江阴 张家港 常熟 宜兴 太仓"
    " 丹阳 扬中 句容 溧阳 邳州 新沂 启东 如皋 海安 东台 仪征 高邮 靖江 泰兴 兴化 如东 射阳 建湖 阜宁 沭阳"
    " 泗阳 泗洪 盱眙 睢宁 灌云 灌南 宝应 涟水",
    "浙江": "杭州 宁波 温州 嘉兴 绍兴 金华 台州 湖州 衢州 丽水 舟山 义乌 慈溪 余姚 诸暨 海宁 桐乡 乐清 瑞安 温岭"
    " 临海 东阳 永康 兰溪 龙泉 建德 嵊州 平湖 长兴 德清 安吉 海盐 嘉善 桐庐 淳安 象山 苍南 永嘉 武义 磐安"
    " 新昌 龙游 岱山 玉环 缙云 遂昌",
    "安徽": "合肥 宿州 芜湖 蚌埠 滁州 马鞍山 安庆 阜阳 六安 宣城 淮南 淮北 铜陵 黄山 亳州 池州 桐城 天长 宁国 巢湖 肥西"
    " 肥东 当涂 凤阳 霍山 舒城 颍上 临泉 涡阳 蒙城 利辛 灵璧 歙县 怀宁 枞阳",
    "福建": "福州 厦门 泉州 漳州 莆田 龙岩 宁德 三明 南平 晋江 石狮 南安 福清 龙海 闽侯 连江 惠安 安溪 德化 漳浦"
    " 长汀 上杭",
    "江西": "南昌 赣州 九江 上饶 宜春 吉安 抚州 景德镇 新余 鹰潭 萍乡 丰城 樟树 瑞金 瑞昌 共青城 乐平 贵溪 德兴 龙南",
    "山东": "济南 青岛 烟台 潍坊 临沂 淄博 济宁 威海 日照 泰安 德州 东营 聊城 滨州 菏泽 枣庄 胶州 平度 莱西 即墨"
    " 寿光 诸城 青州 滕州 龙口 招远 荣成 文登 乳山 曲阜 邹城 新泰 肥城 章丘 桓台 广饶 昌乐 临朐 莒县 沂水"
    " 郯城 兰陵 费县 汶上 嘉祥 曹县 单县 郓城 巨野 茌平 齐河 禹城 乐陵 博兴 邹平 高密 安丘 昌邑 莱州 莱阳",
    "广东": "广州 深圳 东莞 佛山 珠海 惠州 中山 汕头 江门 湛江 肇庆 茂名 揭阳 清远 韶关 梅州 河源 汕尾 阳江 云浮"
    " 潮州 增城 普宁 台山 开平 鹤山 博罗 惠东 海丰 陆丰 四会 英德 阳春 高州 化州 信宜 廉江 雷州 吴川 饶平",
    "广西": "南宁 来宾 柳州 桂林 北海 玉林 梧州 钦州 贵港 百色 河池 防城港 贺州 崇左 北流 桂平 岑溪 荔浦 凭祥",
    "海南": "海口 三亚 儋州 琼海 万宁 陵水",
    "河北": "石家庄 唐山 保定 廊坊 邯郸 沧州 秦皇岛 邢台 张家口 承德 衡水 三河 任丘 迁安 正定 辛集 定州 涿州 高碑店"
    " 泊头 黄骅 河间 霸州 香河 固安 永清 武安 迁西 滦州",
    "山西": "太原 大同 临汾 运城 长治 阳泉 晋城 晋中 忻州 吕梁 朔州 介休 孝义 高平 侯马 河津 永济 古交",
    "内蒙古": "呼和浩特 包头 鄂尔多斯 赤峰 通辽 呼伦贝尔 乌海 满洲里 二连浩特 锡林浩特 乌兰察布 霍林郭勒",
    "河南": "郑州 洛阳 新乡 南阳 许昌 开封 安阳 商丘 信阳 平顶山 鹤壁 焦作 濮阳 漯河 三门峡 周口 驻马店 济源 巩义"
    " 新郑 长葛 禹州 新密 登封 中牟 兰考 长垣 永城 项城 邓州 林州 孟州 沁阳 偃师 灵宝 固始 潢川",
    "湖北": "武汉 宜昌 襄阳 荆州 黄石 十堰 孝感 黄冈 荆门 鄂州 咸宁 随州 恩施 仙桃 潜江 天门 大冶 枝江 宜都 当阳"
    " 枣阳 老河口 汉川 应城 安陆 麻城 武穴 赤壁 钟祥 京山 松滋 石首 监利 广水 利川 丹江口",
    "湖南": "长沙 株洲 湘潭 衡阳 岳阳 常德 郴州 邵阳 张家界 益阳 永州 怀化 娄底 湘西 浏阳 醴陵 宁乡 湘乡 汨罗 临湘"
    " 沅江 资兴 常宁 耒阳 涟源 冷水江 武冈 吉首",
    "四川": "成都 绵阳 德阳 宜宾 南充 泸州 乐山 自贡 攀枝花 广元 遂宁 内江 眉山 广安 达州 雅安 巴中 资阳 都江堰"
    " 彭州 邛崃 崇州 简阳 江油 广汉 什邡 绵竹 峨眉山 阆中 华蓥 万源 西昌 隆昌 射洪",
    "贵州": "贵阳 遵义 六盘水 安顺 毕节 铜仁 仁怀 清镇 都匀 凯里 兴义 盘州",
    "云南": "昆明 大理 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 宣威 腾冲 楚雄 蒙自 个旧 开远 景洪 瑞丽 芒市",
    "西藏": "拉萨 日喀则 林芝",
    "陕西": "西安 咸阳 宝鸡 榆林 渭南 汉中 铜川 延安 安康 商洛 兴平 韩城 华阴 神木 彬州",
    "甘肃": "兰州 天水 酒泉 嘉峪关 张掖 武威 平凉 庆阳 定西 陇南 敦煌 临夏 金昌 白银",
    "青海": "西宁 格尔木 德令哈",
    "宁夏": "银川 石嘴山 吴忠 固原 中卫 灵武",
    "新疆": "乌鲁木齐 克拉玛依 喀什 吐鲁番 哈密 昌吉 伊犁 阿克苏 库尔勒 石河子 奎屯 塔城 阿勒泰",
    "辽宁": "沈阳 大连 鞍山 营口 锦州 抚顺 本溪 丹东 阜新 辽阳 盘锦 铁岭 葫芦岛 瓦房店 庄河 海城 凌海 北镇 大石桥"
    " 盖州 调兵山",
    "吉林": "长春 延边 四平 辽源 通化 松原 白城 公主岭 榆树 德惠 延吉 敦化 珲春 梅河口 集安",
    "黑龙江": "哈尔滨 大庆 齐齐哈尔 牡丹江 鸡西 鹤岗 双鸭山 伊春 佳木斯 七台河 黑河 绥化 尚志 五常 肇东 密山 虎林"
    " 绥芬河",
    "台湾": "台北 高雄 台中",
}
_PARENT = {province: area for area, provinces in _AREAS.items() for province in provinces.split()}
_PARENT |= {city: province for province, cities in _CITIES.items() for city in cities.split()}
_NAMES = sorted({*_PARENT, *_AREAS}, key=len, reverse=True)
_PLACE = re.compile(
    rf"(?P<name>{'|'.join(_NAMES)})(?:维吾尔|壮族|回族)?(?:特别行政区|自治区|地区|大区|片区|区域|省|市|区)?"
)


# Districts of the great cities: places, and no regions that anybody sells in.
_DISTRICTS = re.compile(
    r"(?:浦东|闵行|徐汇|静安|长宁|普陀|虹口|杨浦|宝山|嘉定|松江|青浦|奉贤|金山|崇明|黄浦|海淀"
    r"|朝阳|丰台|通州|大兴|昌平|顺义|房山|石景山|天河|番禺|白云|海珠|越秀|荔湾|黄埔|花都"
    r"|南沙|南山|福田|宝安|龙岗|龙华|罗湖|坪山|光明|武侯|锦江|青羊|金牛|成华|双流|余杭|萧山"
    r"|滨江|西湖|拱墅|临平|钱塘|江宁|浦口|鼓楼|栖霞|雨花台|建邺|六合|吴中|相城|吴江|虎丘"
    r"|洪山|武昌|汉口|汉阳|江夏|雁塔|碑林|未央|渝北|渝中|江北|南岸|九龙坡|沙坪坝|岳麓|雨花"
    r"|历下|历城|市南|市北|李沧|崂山|南开|河西|和平|滨海|鄞州|海曙)区?"
)


def is_district(text: str) -> bool:
    """Whether `text` is nothing but a district of a great city, as 闵行 or 天河区."""
    return _DISTRICTS.fullmatch(fold(text).strip()) is not None


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
