"""Which characters are taken for each other by their looks: slips of the eye, the pen or an input by strokes.

General knowledge of the script, not any directory. A group holds characters that are written for one another.
"""

from __future__ import annotations

_GROUPS = """
己已巳 未末 土士 人入 日曰 天夫 大太犬 干千于 王玉主 今令 水永 木本 田由甲申 牛午 工土 工卫 力刀 贝见 鸟乌 兔免
晴睛清请情精靖 湖胡 鑫森 金全 设没投 较校 备各 字学 完院 华毕 宏宠 宁宇 宜宣宝 阳阴 陈阵 险检验 福副富 和知 科料 种仲
材村林 杜社 技枝 拌伴 洋样祥详 洗冼 治冶 准淮 江汪红 汇江 油抽 泊伯 波坡披 海悔梅 流硫 深探 温湿 济挤 滨宾 橙澄 炼练拣
线钱浅残 铁铣 铝铅 钢纲刚 铜桐 锋峰蜂 镇慎填 隆降 雷雪 青责 顺须 领颂预 高亮 龙尤 麦表 黄寅 丰半 东车乐 两丙 中申
义文叉 书韦 云去 亚业 亨享 仁仕什 他地 代伐 休体 伟伦论 光米先 公么 共其 兴光 内肉 冠寇 冰水 列刘 北比 匡医 升开井
南楠 卓草 庄压床 广厂 具县 友反发 古占吉 合台 吴昊 员圆园 商高 嘉喜 西酉 圣经 场扬汤 坪坏 倍培陪 城诚成 其基 塑朔 增赠
务备 复夏 买实 家豪 客容 密蜜 富宫 你尔 居局 山出 川州 巨臣 市布币 亭帝 堂常 康唐庚 延廷 建健 式试 帐张 采彩 景影 微徽
得德 必心 忘志 恩思 恒垣 威咸成 戴裁载 户房 拓拖 振震 空控 新斯 万方 施旅 目日 明朋 星昌 辰晨 智暂 股服 杨扬场 板扳
柏拍 栋炼 桂挂佳 侨桥轿 楼搂 欣炊 正止 民氏 汉汊 沙砂 何河 沪泸 法去 泰秦奉 泽译 洁结 州洲 浩洁 闰润 原源 奥澳 灯灶
物场 持特待 环坏 株珠 埋理 瑞端 次瓷 主生 甩用 电申 白自 反皮 盆盈 直真 右石 研砚 季秀 租程 空穷 位立 占站沾 管菅 仿纺
织识职 径经 绿录 维淮唯 关美 郡群 翔详 老考 有育 般航 艮良 包色 化花 约药 菜莱 凌菱 监蓝 装袋 讯迅 若诺 货贸 寒赛 赶起
超趋 跑路 挥辉 远运 迪油 诵通 邦帮 邓郑 洒酒 名铭 卡长 们门 问间闻 伐阀 阁阔 净静 凤风 饮饰饭 查香杳 俊骏 鸡鸿 棚鹏
杆扞 杭抗航 铃铭 钟种仲 锡踢 锦棉绵 键健 镁美 链涟莲 铭路 钻钴 银根 铺捕浦 钰玉 宋宗 安女 定宝 宫官管 宽觅 寨赛塞 尧晓
尚向 屯电 岗岚刚 岭令领 岩岸 岳兵 峰峡 崔催 崇宗 巷港 师帅 平乎 幸辛 底抵低 府付 庭廷 弘引 强虽 征证 徐除 思恩 恰洽
惠慧 拍柏 揽榄 旭旮 旺往 昆昌 昕听 晋普 晟成 智知 曲由 朗郎 村材 束柬 来末 松忪 枫风 柳卯 桑柔 桥娇 榆偷 槐愧 欧殴
洪拱 津律 浙淅折 浦捕 涛寿 涵函 淘陶 渝愉 渔鱼 港巷 湘相 溪奚 滕腾 漳彰 潍淮 灵灸 炎淡 焦集 煌惶 熙照 牧枚 狮师 珑拢
琪棋 瑶摇 璐路 瓦互 畅扬 盐监 盘盆 益盖 盟明 砖传 硕顾 碧壁 祁邦 禾木 程呈 稳隐 穗惠 竹什 笔毛 策荣 箱相 篮蓝 米来
粮根 精清 系糸 素索 紫柴 综棕 缘绿 羊半 翠卒 耀跃 肇筆 肥肋 胜姓 腾滕 舒舍 艺芝 芳劳 芯忑 苏办 苑宛 茂戌 茶荼 荔茘
荣荧 莞完 菲韭 萍苹 葛曷 蒙家 蓉容 薇微 虎虚 蜀罗 衡街 豫预 贝页 贤坚 贯惯 贵责 资姿 赣戆 越趣 跃妖 轴抽 辽过 达迭
迎仰 迈万 连莲 逸兔 遵尊 邢刑 邮油 邯甘 郊效 都郁 鄂愕 酿娘 醇淳 里理埋 重童 野墅 镜境 闽闵 阜埠 隅偶 雁鹰 霖霜 霞假
靖请 鞋硅 韶召 往住柱注 闹闸闲 尤光 析柝折拆 闫闰 沐沭 枳织 坊妨 妨纺 郊效 傲做 裕浴 骏竣 钧钓 锐说 彬林 淼森 荟会
顶项 顾硕 颐颗 飞气 驰弛 驻住 骅华 魏巍 鲁鱼 鲜鱼 鹤鹏
"""


def _lookalikes() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in _GROUPS.split():
        for char in group:
            found.setdefault(char, set()).update(group)
    return {char: frozenset(others - {char}) for char, others in found.items()}


_LOOKALIKES = _lookalikes()
_NOBODY: frozenset[str] = frozenset()


def lookalikes(char: str) -> frozenset[str]:
    """The characters that a simplified character may have been written for by its looks; mostly none."""
    return _LOOKALIKES.get(char, _NOBODY)
