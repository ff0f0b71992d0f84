"""The words a sales team's messages are made of when they are not somebody's name.

General vocabulary by subject: what stands before and after a client's name, people, departments, goods, times, amounts.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from handlers.language.names_words import GENERIC
from handlers.language.text import fold

_ACTS = """
重点 进院 标书 投标书 保证金 发票抬头 抬头 尾款下周 样册 样品册 会议室 年会 报销 车票 机票 酒店 磨 磨一磨 报一下 嫌
那边还 飞 飞过去 飞过来 提前 备好 备 批下来 批下来了 扫描件 合同扫描件 补 补一批 一批 送到 找 找了 喝酒 喝 聊得 不错
得不错 聊得不错 点 降 两个点 厂 来厂里 写 写方案 必须交 单 这单 盯 在盯 晚 昨晚 早 重新 重新报 月 三个月 可以开票
预算批 说明 说明书 流程 冲业绩 章 合同章 订好 订好了 目录 涨 涨价 又涨价 断电 修 坏 坏了 样张 最新 步 忙不过来 拜访
登记拜访 拜访了 去拜访 去拜访了 约 约了 约好 约见 见 见了 见过 见到 见面 跑 跑了 去 去了 要去 来 来了 到 到了 回 回了
回来 联系 联系了 联系过 联系人 上次联系 跟进 跟进了 再跟进 回访 走访 沟通 沟通了 谈 谈了 谈妥 谈好 聊 聊了 聊聊 打电话
打个电话 打了电话 电话 微信 加微信 已加 已通 发 发了 发我 发给 发过去 发货 发货了 寄 寄了 寄送 寄样 寄出 送 送样 送货
送去 给 帮 帮我 帮忙 麻烦 请 请问 问 问问 问一下 问了 问交期 查 查下 查一下 查查 看 看看 看一下 想 想看看 想要 想问 要
要了 不要 需要 催 催了 催一下 催款 回款 回款了 付款 付款了 打款 到账 款到了 收款 收到 签 签了 签约 签合同 续约 续签
下单 下单了 下了 订 先订 订了 订货 买 买了 采购 招标 投标 中标 报价 报价单 报 报了 询价 开票 开票信息 开 开了 开发票
发票 专票 普票 合同 合同到期 盖章 盖章了 走流程 手续 安装 装 装完 装好 验收 验收了 调试 培训 维修 维护 报修 保养 售后
退货 换货 退 换 退款 投诉 投诉了 抱怨 反馈 反映 反馈说 说 说了 说要 说是 表示 告诉 通知 提醒 提醒我 提醒一下 记 记一下
记录 记下 登记 备注 新增 新建 添加 更新 修改 改 转 转给 转交 交给 分给 负责 谁负责 负责人 跟 在跟 在跑 跟着 跟单 跟吧
接手 对接 对接人 推进 推 推动 确认 确认一下 确认下 确定 安排 安排一下 安排了 准备 准备好 准备好了 做 做了 做个 先做
做完 完成 完成了 搞定 搞定了 处理 解决 落实 取消 延期 推迟 改到 提交 审批 申请 批 批了 评估 考察 参观 参观工厂 试用
试机 演示 介绍 推荐 展示 开会 开个 视频会议 会议 会 吃饭 吃完饭 吃了饭 请吃饭 喝茶 出差 出差了 请假 没见到 没见 没空
没来 在不在 有没有 能不能 可不可以 是不是 要不要 行不行 好不好 对不对 怎么样 怎么 怎么办 怎么说 多少 多少钱 几 几单
几台 几次 几个 哪 哪天 哪里 哪个 哪位 哪些 什么 什么时候 为什么 谁 是谁 谁在跟 谁在 吗 呢 吧 啊 呀 哦 嗯 嘛 了 没 没有
了没 了没有 了吗 的 得 地 过 着 是 是在 在 有 没有了 还 还有 还没 还是 还行 也 都 就 就是 就要 才 又 再 再说 先 后
后面 之前 之后 以前 以后 前 前面 从 向 往 对 对了 把 被 让 叫 使 和 与 同 及 以及 或 或者 但 但是 不过 所以 因为 如果
要是 然后 顺便 带 带点 带上 带了 拿 拿回来 拿到 拿下 取 交 交货 到货 到底 能到 能 可以 可能 应该 得了 不 不能 不是
不行 不用 不了 别 很 太 挺 比较 非常 特别 有点 一下 一次 一共 一起 一直 一样 一点 一些 最近 最后 最后一次 上次 下次
这次 本次 首次 第一次 大概 大约 左右 差不多 基本 已经 已 刚 刚刚 刚才 马上 立刻 尽快 赶紧 抓紧 急 很急 加急 紧急 今年
去年 明年 前年 本月 上月 上个月 下个月 这个月 月初 月底 月中 年底 年初 年前 年后 季度 上季度 下季度 本季度 一季度
二季度 三季度 四季度 今天 今早 今晚 今天下午 今天上午 明天 明早 后天 大后天 昨天 前天 早上 上午 中午 下午 晚上 傍晚
周末 本周 这周 上周 下周 下下周 周 星期 礼拜 国庆 国庆后 春节 春节前 节前 节后 元旦 五一 十一 中秋 端午 开学 放假
放假了 下班前 日 号 天 年 小时 分钟 截止 截止到 到期 之内 以内 内 期间 目前 现在 现在是 当时 暂时 放一放 黄了 停了
凉了 成了 丢了 赢了 输了 换人 换了 走了 离职 离职了 升了 调走 来电 来信 回复 回复了 回话 回话了 回信 回电 行程 计划
日程 其他 其它 其余 待定 未定 另外 同时 此外 预算 价格 价 单价 总价 价格高 太贵 贵 便宜 优惠 折扣 打折 再让 让利 降价
返点 返利 账期 账 对账 对账单 算 算了 算了吗 货款 尾款 首款 定金 预付款 欠款 余款 款 钱 款项 财务 物流单号 单号 快递
快递单号 运费 地址 收货地址 老的 老样子 样品 样机 样 小样 试样 资料 方案 文件 模板 清单 图纸 参数 证书 检测报告 彩页
画册 名片 联系方式 手机号 手机 号码 邮箱 意向 有意向 兴趣 有兴趣 感兴趣 需求 有需求 诉求 痛点 问题 有问题 没问题 情况
进展 进度 进度怎么样 状态 结果 原因 理由 意见 建议 想法 消息 信息 线索 商机 机会 项目 那个项目 单子 订单 大单 小单
生意 业务 业绩 客户 老客户 新客户 这个客户 那个客户 这客户 重点客户 大客户 客户关系 关系 合作 合作伙伴 竞品 竞争对手
对手 同行 友商 市场 渠道 代理 代理商 经销商 供应商 厂家 厂里 工厂 公司 总部 仓库 门店 现场 工地 这边 那边 那边的
我这边 他那边 你那边 这里 那里 里 里面 外 外面 旁边 附近 路上 少发 少发了 多发 发错 发错了 漏发 缺货 断货 库存 备货
补货 补发 承诺 日报 周报 月报 报告 汇总 总结 今日 明日 昨日 明日计划 今日完成 支持 需支持 帮助 协同 合规 凭证 回访记录
拜访记录 跟进记录 导出来 导出 截图 附件 图片 照片 语音 视频 定位 小助手 助手 大家 各位 同事 兄弟 我们 你们 他们 她们
我 你 他 她 它 咱们 咱 自己 别人 人家 对方 领导 老板 大老板 老总 总监 经理 主管 采购说 技术 技术员 工程师 财务说 老师
主任 院长 校长 先生 女士 小姐 师傅 谢谢 辛苦 辛苦了 你好 您好 您 好 好的 好了 好吧 收到了 知道 知道了 明白 了解 行 可
可以了 ok 没事 没关系 哈哈 嗯嗯 是的 忙 累 慢 快 新 旧 大 小 多 少 高 低 长 短 远 近 早点 晚点 准时 上线 上班 下班
开工 停工 复工 交期 货期 工期 周期 保修 质保 质保期 合格 不合格 质量 服务 效果 体验 满意 不满意 认可 同意 不同意 拒绝
拒绝了 答应 答应了 考虑 考虑一下 研究 讨论 商量 决定 定 定了 定下来 敲定 拍板 那 这 那个 这个 那些 这些 那么 这么 每
各 某 该 其 等 等等 等下 等着 等会 等一下 由 为 为了 关于 按 按照 根据 通过 随 比 比如 除了 包括 只 只要 只有 仅 共 总
总共 合计 月度 年度 全年 半年 上半年 下半年 院内 科室 病区 病房 食堂 机房 改造 宿舍 教室 实验室 车间 厂房 事 事情 事儿
这事 那事 分期 首付 哪一步 排名 目标 指标 任务 奖金 提成 先发货 先发 回个电话 回电话 带新人 销售 物料 展会 功能 钉钉
企业微信 系统 账号 密码 登录 权限 记得 听说 据说 估计 看样子 看来 感觉 觉得 认为 希望 打算 准备去 计划去 正在 在做
在谈 还在 还没有 快要 快到 完了 好像 似乎 其实 确实 真的 真 果然 竟然 居然 只能 必须 务必 一定 千万 最好 顺路 路过
经过 决策人 决策链 决策 关键人 关键 拍板人 使用科室 参会 参加 出席 陪 陪同 接待 宴请 送礼 拜年 慰问 走动 走一趟 跑一趟
去一趟 来一趟 一趟 两趟 下午去 上午去 明天去 后天去 今天去 昨天去 再去 刚从 回来了 出来 出去 进去 预付 全款 结清 结账
结款 结了 已付 未付 未回款 未付款 逾期 超期 拖欠 欠 欠着 欠了 催一催 回款计划 付款方式 付款计划 合同额 金额 总额 毛利
利润 成本 底价 最低价 报价高 报高了 贵了 嫌贵 压价 砍价 还价 议价 比价 阶段 信号 预测 预判 规则 漏斗 沉默 健康 全程
负载 回款节点 节点 最近跟进 最后沟通 静音 撤销
"""
_DEPARTMENTS = """
设备科 器械科 药剂科 检验科 信息科 总务科 后勤科 采购科 医务科 护理部 院办 党办 手术室 放射科 影像科 超声科 骨科 内科
外科 妇科 儿科 眼科 口腔科 急诊科 急诊 麻醉科 病理科 输血科 供应室 感染科 肿瘤科 心内科 神经科 康复科 体检科 财务科
基建科 招标办 招采办 药房 后勤处 教务处 总务处 设备处 资产处 国资处 基建处 科研处 学工处 信息中心 网络中心 图书馆
教研室 学生处 保卫处 财务处 采购处 后勤 教务 采购部 采购中心 财务部 技术部 工程部 生产部 质检部 质量部 品控部 研发部
市场部 销售部 法务部 法务 人事部 行政部 办公室 仓储部 物流部 设备部 机修车间 前台 门卫 董事长 总经理 副总 总工
采购经理 项目部 项目经理 招商部 运营部 客服部 客服 售后部
"""
_GOODS = """
监护仪 注射泵 输液泵 呼吸机 麻醉机 心电图机 除颤仪 彩超 超声 核磁 试剂 试剂盒 耗材 导管 支架 手套 口罩 血压计 血糖仪
消毒柜 灭菌器 离心机 培养箱 显微镜 冰箱 冷柜 空调 净水机 净化器 打印机 复印机 一体机 投影仪 电脑 笔记本 平板 服务器
交换机 路由器 摄像头 监控 大屏 led屏 显示屏 屏幕 扫码枪 标签纸 标签 条码 硒鼓 墨盒 课桌椅 课桌 椅子 桌椅 黑板 白板 床
病床 货架 轴承 阀门 水泵 离心泵 电机 电缆 变频器 传感器 开关 齿轮 钢材 钢板 螺丝 管材 水泥 涂料 油漆 玻璃 板材 包装箱
纸箱 软件 系统 模块 设备 仪器 机器 产品 新品 新产品 货 这批货 一批货 配件 备件 零件 材料 原料 器材 物资
"""
_FAMILY = """
王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆
汪范金石廖贾
夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章
鲁岳翟殷詹申欧耿
关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农
司卓古吉缪简车项
连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝
"""
_SURNAMES = "".join(_FAMILY.split())
_POSTS = """
总经理 副总 董事长 经理 主任 副主任 科长 处长 部长 院长 副院长 校长 副校长 厂长 局长 所长 站长 行长 店长 书记 会长
秘书 工程师 老师 教授 博士 医生 大夫 护士长 护士 律师 会计 师傅 老板 先生 女士 小姐 总监 主管 总工 总 董 工 姐 哥 叔
处 局
"""
_TITLES = "|".join(_POSTS.split())
_PERSON = (
    rf"[{_SURNAMES}](?:{_TITLES})|[小老][{_SURNAMES}]"
    r"|[小阿](?![学区时组型])[\u4e00-\u9fff](?=跟|说|去|那|在|,|。|吧|$)|@\w{2,8}"
)
_FIGURE = r"[0-9]+(?:\.[0-9]+)?|[两一二三四五六七八九十百千半几]+"
_MEASURES = """
万元 万块 万台 千元 百元 元 块钱 块 万 千 亿 台 套 箱 吨 个月 个点 个 份 件 盒 瓶 包 批 支 把 张 家 人 次 天 年 小时
分钟 点半 点钟 点 周 季度 趟 单 米 公斤 斤 卷 桶 本 辆 条 折 %
"""
_UNIT = "|".join(_MEASURES.split())
_AMOUNT = (
    rf"(?:大概|约|共)?(?:{_FIGURE})(?:{_UNIT})(?:[0-9一二三四五六七八九](?![0-9]))?(?:{_UNIT})?"
    r"(?:多|左右|出头|以内|以上)?"
)
_MONTH = r"(?:[0-9]{1,2}|十?[一二三四五六七八九十])月"
_DAY = r"(?:[0-9]{1,2}|[二三]?十?[一二三四五六七八九十])"
_DATE = (
    rf"(?:[0-9]{{2,4}}年)?{_MONTH}{_DAY}?[号日]?(?:上旬|中旬|下旬|底|初|前|后)?"
    r"|[0-9]{1,2}[./-][0-9]{1,2}[号日]?|[0-9]{1,2}[号日]"
    r"|(?:这|本|上|下|下下)?个?(?:周|星期|礼拜)[一二三四五六日天末][前后]?|[0-9]{1,2}:[0-9]{2}|[0-9]{1,2}点半?"
)
_COMMAND = r"[【\[](?:[^】\]]{1,6})[】\]]|#[0-9]+"
_BARE = re.compile(_FIGURE)
_PATTERNS = (*(re.compile(pattern) for pattern in (_PERSON, _DATE, _AMOUNT, _COMMAND)), _BARE)
# One character each. A client's name may stand right after the first and right before the second, whatever is on their
# other side; the rest only divide talk from a name when there is talk on the other side too.
_BEFORE = frozenset("给去到跟和与约见找催问查把被向在访")
_AFTER = frozenset("的说要那")
_FUNCTION = (
    _BEFORE
    | _AFTER
    | frozenset("同对从了过是让请帮于来由及发寄送已又还没这有想能会就都也不回付签买订需嫌退换报欠开吗吧呢啊")
)

_WORDS = frozenset(fold(word) for word in (_ACTS + _DEPARTMENTS + _GOODS).split())
_LONGEST = max(map(len, _WORDS))


@dataclass(frozen=True, slots=True)
class Piece:
    """A chat word or phrase: where it ends, what it costs as talk, and whether it divides talk from a name.

    `opens` says that a name may begin right after it, `closes` that one may end right before it; a `weak` one does so
    only beside more talk.
    """

    end: int
    cost: float
    opens: bool
    closes: bool
    weak: bool = False


@functools.lru_cache(maxsize=256)
def chat_pieces(text: str) -> tuple[tuple[Piece, ...], ...]:
    """For each offset of a folded message, the chat words and phrases that begin there."""
    pieces: list[tuple[Piece, ...]] = []
    for start in range(len(text)):
        found: list[Piece] = []
        for end in range(start + 1, min(start + _LONGEST, len(text)) + 1):
            word = text[start:end]
            if word not in _WORDS:
                continue
            if end - start == 1:
                divides = word in _FUNCTION
                weak = word not in _BEFORE and word not in _AFTER
                found.append(Piece(end, 0.75 if divides else 1.5, divides and word != "的", divides, weak))
            else:
                plain = word not in GENERIC
                found.append(Piece(end, 0.5, plain, plain))
        for pattern in _PATTERNS:
            phrase = pattern.match(text, start)
            if phrase and phrase.end() > start:
                bare = phrase.end() - start <= 2 and not phrase.group()[-1:].isascii() and pattern is _BARE
                found.append(Piece(phrase.end(), 1.2 if bare else 0.6, not bare, not bare))
        pieces.append(tuple(found))
    return tuple(pieces)


def is_chat(text: str) -> bool:
    """Whether a folded text is a single word of everyday talk."""
    return text in _WORDS
