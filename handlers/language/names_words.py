"""The words organisations name themselves with: places, trades, kinds, legal forms; and how a name splits into words.

The lists are general vocabulary, not any directory. They tell where one word of a name ends and the next begins, which
decides whether skipped characters are an abbreviation (柏医附二 for 柏原医科大学附属第二医院) or a coincidence.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from handlers.language.names_text import number_of, with_numbers

_PROVINCES = """
北京 天津 上海 重庆 河北 山西 辽宁 吉林 黑龙江 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 海南 四川 贵州 云南
陕西 甘肃 青海 台湾 内蒙古 广西 西藏 宁夏 新疆 香港 澳门 中国 中华 全国 国家 华东 华南 华北 华中 东北 西北 西南
"""
_CITIES = """
石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水 太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁
呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 兴安盟 锡林郭勒 阿拉善 沈阳 大连 鞍山 抚顺 本溪 丹东
锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛 长春 四平 辽源 通化 白山 松原 白城 延边 哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山
大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 大兴安岭 南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁
杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水 合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 黄山 滁州 阜阳 宿州
六安 亳州 池州 宣城 福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德 南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州
上饶 济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 莱芜 临沂 德州 聊城 滨州 菏泽 郑州 开封 洛阳 平顶山 安阳
鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店 济源 武汉 黄石 十堰 宜昌 襄阳 襄樊 鄂州 荆门 孝感 荆州
黄冈 咸宁 随州 恩施 仙桃 潜江 天门 神农架 长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 湘西 广州
韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 潮州 揭阳 云浮 南宁 柳州 桂林
梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左 海口 三亚 三沙 儋州 成都 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁
内江 乐山 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 阿坝 甘孜 凉山 贵阳 六盘水 遵义 安顺 毕节 铜仁 黔西南 黔东南 黔南
昆明 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 楚雄 红河 文山 西双版纳 大理 德宏 怒江 迪庆 拉萨 日喀则 昌都 林芝 山南 那曲
阿里 西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛 兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南
临夏 甘南 西宁 海东 海北 黄南 果洛 玉树 海西 银川 石嘴山 吴忠 固原 中卫 乌鲁木齐 克拉玛依 吐鲁番 哈密 昌吉 博尔塔拉
巴音郭楞 阿克苏 喀什 和田 伊犁 塔城 阿勒泰 石河子 浦东 昆山 江阴 常熟 张家港 义乌 慈溪 余姚 晋江 石狮 顺德 南海 番禺
"""
_KINDS = """
有限责任公司 股份有限公司 集团有限公司 有限公司 集团公司 总公司 分公司 子公司 支公司 公司 集团 总厂 分厂 工厂 加工厂
科学院 制造厂 修理厂 印刷厂 医院 总医院 中心医院 人民医院 中医医院 中医院 卫生院 卫生所 卫生室 诊所 门诊部 门诊 保健院
妇幼保健院 疗养院 卫生服务中心 服务中心 急救中心 中心 学校 大学 学院 医学院 中学 小学 完小 高中 高级中学 初级中学
完全中学 中心小学 中心学校 初中 幼儿园 职校 技校 技术学院 职业学院 党校 研究院 研究所 设计院 研究中心 药店 药房 大药房
商店 商场 商行 商城 超市 门市部 门市 营业部 营业厅 营业所 经营部 服务部 服务站 加油站 加气站 电站 水厂 支行 分行 总行
支局 分局 邮政所 分理处 信用社 合作社 供销社 事务所 酒店 宾馆 饭店 招待所 旅行社 银行 工作室 代表处 办事处 分院 分校
校区 院区 分店 总店 连锁店 专卖店 旗舰店 农场 林场 煤矿 工程处 工程队 合作商店 联社 出版社 电视台 委员会 协会 基金会
管理处 管理局 开发区 街道 社区 村委会
"""
_TRADES = """
人民 中心 附属 第 职工 铁路 红十字 妇幼 妇产 妇儿 妇女 儿童 口腔 眼科 骨科 肿瘤 胸科 皮肤 精神 卫生 传染病 老年病 康复
中医 中医药 中西医结合 中西医 急救 整形 美容 体检 医学 医科 医药 药业 医疗 制药 生物 生物技术 器械 医疗器械 师范 理工
科技 财经 林业 农业 工业 交通 电子 信息 电信 邮电 邮政 航空 航天 海洋 石油 石化 化工 地质 矿业 建筑 政法 外国语 民族
体育 艺术 音乐 美术 戏剧 电影 传媒 商业 工商 经济 贸易 管理 电力 水利 水电 纺织 轻工 实验 外语 双语 国际 职业 技术
专修 专科 高等 高级 初级 完全 成人 广播 电视 继续 开放 技工 机电 机械 机床 设备 成套 配件 汽车 汽配 摩托 摩托车 电器
电气 仪器 仪表 自动化 智能 网络 软件 系统 数码 通信 通讯 计算机 电脑 印刷 包装 印务 彩印 广告 文化 传播 影视 装饰 装潢
装修 工程 建设 建材 安装 园林 绿化 景观 市政 路桥 公路 监理 造价 咨询 设计 勘察 测绘 规划 环保 环境 节能 新能源 能源
电源 电池 光电 照明 灯饰 灯具 家具 家居 家电 木业 木器 木材 竹木 五金 塑料 橡胶 塑胶 橡塑 塑化 模具 钢铁 钢构 钢管
金属 有色 铸造 锻造 铝业 铜业 轴承 阀门 泵业 水泵 电机 电缆 线缆 电线 水泥 混凝土 陶瓷 玻璃 石材 涂料 油漆 颜料 化学
化肥 肥料 农药 种业 种子 饲料 畜牧 养殖 水产 食品 饮料 酒业 茶业 粮油 粮食 油脂 肉类 乳业 糖业 盐业 烟草 果品 蔬菜
农产品 农资 农机 生产资料 副食 百货 日用品 服装 服饰 制衣 鞋业 鞋服 皮革 箱包 针织 织造 毛纺 棉纺 印染 丝绸 家纺 玩具
礼品 工艺品 珠宝 首饰 钟表 眼镜 文具 办公 用品 图书 商贸 经贸 工贸 科贸 进出口 外贸 实业 企业 事业 产业 发展 开发 投资
控股 资产 资本 金融 融资 担保 租赁 保险 人寿 财产 证券 基金 信托 典当 拍卖 财务 会计 税务 律师 法律 知识产权 人力资源
劳务 劳动 物业 房地产 置业 房产 物流 运输 货运 快运 快递 速递 仓储 航运 客运 出租 公交 地铁 机场 港口 船舶 造船 汽修
维修 修理 加工 制造 制作 制品 材料 物资 经营 经销 销售 营销 供应 购销 批发 零售 连锁 服务 餐饮 酒店 娱乐 旅游 健身 会展
展览 策划 教育 培训 科学 研究 技术开发 技术服务 技术咨询 供水 供电 供热 供气 自来水 燃气 天然气 煤气 热力 热电 发电
煤炭 煤业 矿山 冶金 农村 城市 社会 公共 总 新城 本部 东区 西区 南区 北区 东院 西院 南院 北院 新区 农商 商业银行
农业银行 工商银行 建设银行 交通银行 招商银行 中国石化 中国石油 移动 联通 铁塔 电网 国家电网 机关 直属 市直 县直
精密 精工 精机 传感 泵阀 阀业 化妆品 美妆 供应链 电商 电子商务 养老 家政 保洁 安防 消防 机器人 半导体 光学 激光 新材料
砂石 沥青 宠物 母婴 厨具 卫浴 门窗 地板 瓷砖 幼教 托育 康养 护理 连锁
"""
SCRIPT_ENDS = frozenset("省市县区州盟旗镇乡村")


def is_of_place(word: str) -> bool:
    """Whether a word of a canonical name tells a place: one that is listed, or one that ends as places do."""
    return word in PLACES or word[-1] in SCRIPT_ENDS


# What institutions are numbered by, in full or in short: 三院, 四中, 二附院, 五分公司.
COUNTED = frozenset("院中小高医附厂店分支门队车号建局所处")
_TAILS = frozenset("院校厂店局所站行社部司")
_LEGAL = """
集团股份有限公司 集团有限责任公司 集团有限公司 股份有限公司 有限责任公司 有限公司 集团公司 总公司 公司 集团 厂
"""
_BRANCHES = """
分公司 支公司 子公司 分店 分院 分校 校区 院区 分厂 门市 营业部 营业厅 加油站 办事处 代表处 经营部 服务部 支行 分行
支局 药店 大药房 商店 超市 分部 总店 院 馆
"""
_UNIVERSITIES = {
    short[0]: short
    for short in "工业 师范 农业 医科 财经 林业 科技 交通 海洋 商业 建筑 体育 民族 药科 石油 电力 纺织".split()  # noqa: SIM905
}
_SHORTENED = re.compile(f"(?<=[㐀-鿿])[{''.join(_UNIVERSITIES)}]大(?!学)")
LEGAL_FORMS = tuple(_LEGAL.split())
BRANCH_WORDS = tuple(_BRANCHES.split())


def _words(text: str) -> frozenset[str]:
    return frozenset(map(with_numbers, text.split()))


PLACES = _words(_PROVINCES) | _words(_CITIES)
KINDS = _words(_KINDS)
TRADES = _words(_TRADES)
KNOWN = PLACES | KINDS | TRADES
_SIZES: dict[str, list[int]] = {}
for _word in sorted(KNOWN, key=len, reverse=True):
    if len(_word) not in _SIZES.setdefault(_word[0], []):
        _SIZES[_word[0]].append(len(_word))
# What alone never says which organisation is meant.
GENERIC = KINDS | TRADES


@functools.lru_cache(maxsize=16384)
def split_words(text: str) -> tuple[tuple[int, int], ...]:
    """The words of a canonical name as (start, end) pairs that cover it, by the longest known word at each place.

    Characters between known words stay together as one unknown word: a brand or a small place.
    """
    return tuple(each_word(text))


def each_word(text: str) -> Iterator[tuple[int, int]]:
    """The words of `split_words` one by one, for whoever needs the first ones of many names."""
    pending = at = 0
    while at < len(text):
        char = text[at]
        width = 0
        for size in _SIZES.get(char, ()):
            if 1 < size <= len(text) - at and text[at : at + size] in KNOWN:
                width = size
                break
        if not width and (char == "第" or number_of(char) is not None):
            width = 1
        if width:
            if pending < at:
                yield pending, at
            yield at, at + width
            at += width
            pending = at
        elif char in SCRIPT_ENDS and (at - pending >= 2 or at == pending or (char == "县" and at - pending == 1)):
            yield pending, at + 1
            at += 1
            pending = at
        else:
            at += 1
    if pending < at:
        yield pending, at


@functools.lru_cache(maxsize=16384)
def entry_costs(name: str) -> tuple[float, ...]:
    """For each character of a canonical name, how unlikely an abbreviation resumes there; 0 at a word's start."""
    costs = [1.0] * len(name)
    for start, end in split_words(name):
        costs[start] = 0.0
        known = name[start:end] in KNOWN
        if end - start > 1 and name[end - 1] in _TAILS and known:
            costs[end - 1] = 0.25
        if known and end - start >= 4:
            for inner in range(2, end - start, 2):
                costs[start + inner] = min(costs[start + inner], 0.3)
        if not known and (end - start >= 4 or (end - start == 3 and start == 0)):
            # A place and a brand, most often; nothing says where the one ends.
            for inner in range(2, max(end - start - 1, 3)):
                costs[start + inner] = 0.15
    return tuple(costs)


@functools.lru_cache(maxsize=16384)
def leave_costs(name: str) -> tuple[float, ...]:
    """For each character of a canonical name, how unlikely an abbreviation jumps on after it; 0 at a word's end."""
    costs = [0.7] * len(name)
    for start, end in split_words(name):
        costs[start] = 0.3
        costs[end - 1] = 0.0
    return tuple(costs)


@functools.lru_cache(maxsize=16384)
def known_chars(name: str) -> tuple[bool, ...]:
    """For each character of a canonical name, whether it belongs to a word everybody uses."""
    flags = [False] * len(name)
    for start, end in split_words(name):
        if end - start > 1 and name[start:end] in KNOWN:
            flags[start:end] = [True] * (end - start)
    return tuple(flags)


@functools.lru_cache(maxsize=16384)
def common_chars(name: str) -> tuple[bool, ...]:
    """For each character of a canonical name, whether it belongs to the word of a trade or a kind."""
    flags = [False] * len(name)
    for start, end in split_words(name):
        if end - start > 1 and name[start:end] in GENERIC:
            flags[start:end] = [True] * (end - start)
    return tuple(flags)


def spelled_out(text: str) -> str:
    """A canonical text with the trade of a university in full, 柏工业大学 for 柏工大; empty when there is none."""
    return _SHORTENED.sub(lambda found: _UNIVERSITIES[found[0][0]] + "大学", text) if _SHORTENED.search(text) else ""


def core(text: str) -> str:
    """A canonical name without its legal form; the name itself when nothing would be left."""
    if text in LEGAL_FORMS:
        return text
    for form in LEGAL_FORMS:
        if text.endswith(form) and len(text) - len(form) >= 2:
            return text[: -len(form)]
    return text
