"""Words a sales team writes round a deadline: which of them begin an act, and which make a time part of the matter.

`周三` before 寄样 is a deadline, before 例会纪要 it is not. Verbs that are also the first half of nouns (报价 · 报价单)
count as verbs unless a noun ending follows. Everything is in folded writing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from handlers.language.patterns import Pattern


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Words after which something is done: prepositions, pronouns and adverbs that can only stand before a verb phrase.
_PARTICLES = _words("""
    给 把 将 跟 和 与 同 向 对 帮 为 替 由 从 往 在 按 用 让 请 找 约 陪 带 带着 去 来 到 先 再 还 也 都 就 要
    才 才能 就能 俺 俾 有空 抽空 尽快 尽早 马上 立刻 立即
    会 能 可 可以 必须 须 得 应 应该 需 需要 一定 务必 全部 全 统一 统统 一并 一次性 分批 分别 各 集中 亲自 争取
    尽量 预计 大概 准时 按时 及时 正式 现场 线上 线下 远程 书面 逐条 逐一 逐个 逐项 我 我们 我方 咱 咱们 他 她
    他们 你 您 你们 大家 继续 重新 另 另外 正常 顺利 开始 最终 最后 主动 共同 一起 不 没 只 已 已经 抓紧 赶紧
    初步 完整 连同 随 凭 经 就近 快递 顺丰 电话 微信 当面 视频 邮件 短信 发邮件 打电话
""")

# Verbs no noun begins with, or whose nouns are in _NOUNS.
_VERBS = _words("""
    发 寄 送 交 递 报 签 付 打 拉 开 见 谈 聊 催 补 换 修 装 拆 调 测 验 查 核 对 盘 点 写 做 改 出 提 拿 取 回
    还 退 撤 清 上 下 搬 运 铺 备 订 买 卖 办 填 录 导 传 拍 播 讲 教 审 批 盖 印 刷 贴 挂 摆 配 定 敲 搞 弄 完
    排 结 算 汇 缴 充 冲 赔 追 走 飞 访 探 看 参 领 接 迎 租 借 答 复 推 宣 启 收 完成 提交 交付 发送 发出 发给
    寄出 寄给 送到 送达 送去 送样 送货 拿到 拿下 谈下 谈妥 谈完 签下 签完 签约 签订 签署 签字 签回 催回 催款
    收回 收款 收齐 付款 打款 汇款 开票 开会 开通 开工 开机 开店 开始 见面 会面 会签 会谈 拜访 走访 回访 上门
    到访 到店 到场 到岗 到货 到账 到位 到家 出发 出差 出具 出货 出图 出样 出方案 出报价 进场 进店 进货 撤场 撤柜
    上架 上线 上会 上报 上传 下单 下架 下发 下达 下到 补发 补齐 补货 补上 补录 补签 补交 补款 补全 换货 换掉
    换新 修好 修复 修改 安装 装好 装上 装机 调试 调货 调价 调整 测试 测量 测完 验收 验货 核对 核算 核实 核销
    核查 对账 对接 对完 盘点 盘完 清点 清理 清库 清完 清掉 编写 撰写 起草 拟定 制定 制作 做好 做完 做出 改好
    改完 更新 更换 整理 整改 汇总 统计 归档 归还 录入 录完 导入 导出 导完 上交 递交 转交 转发 转给 转账 确认
    确定 落实 跟进 跟踪 沟通 联系 协调 商量 商谈 洽谈 讨论 讲解 介绍 演示 展示 培训 带教 讲课 指导 辅导 汇报
    反馈 回复 答复 回电 回款 回传 回签 回收 结清 结算 结款 结账 结案 报价 报名 报送 报销 报备 报批 报审 申请
    审批 审核 审完 批复 批准 盖章 打印 印刷 打样 打包 备货 备齐 备好 订货 订购 采购 购买 租赁 归集 安排 准备
    组织 举办 举行 召开 参加 参展 参观 出席 陪同 接待 接机 邀请 邀约 约见 约谈 拉通 拉群 拉回 推送 推广 推进
    推动 宣传 发布 启动 试用 试点 试吃 试跑 试机 巡店 巡检 巡查 检查 检修 检测 维修 维护 保养 更正 纠正 处理
    解决 搞定 办理 办完 办好 受理 退还 退回 退货 退款 赔付 理赔 续签 续费 续约 升级 迁移 迁完 部署 实施 交接
    移交 交底 交货 交期确认 交样 交稿 交房 交齐 取样 取货 取回 提货 提报 提供 补充 完善 优化 分析 评估 评审 复盘
    复核 复查 复测 预约 预订 预定 落地 铺货 铺到 陈列 布置 布展 搭好 搭建 促销 开展 发放 发完 发货 发样 发票寄出
    发函 分发 分配 分到 配送 配到 配齐 派送 派人 派单 派工 排产 排班 排期 量尺 量房 测算 测温 看样 看厂 看房
    看现场 谈判 谈价 拍照 拍摄 拍完 录制 面谈 面访 走完 走流程 走账 立项 投标 投递 竞标 开标 述标 答疑 答辩 供货
    供应 入库 出库 入场 入职 离场 收货 收样 收尾 收集 搜集 追回 追款 追踪 兑现 兑付 返还 返给 返修 报完 问 问清
    拿回 带去 带回 带走 带客户 学习 理清 理顺 想办法 关闭 关掉 打电话 打过来 给到 给出 给个 给答复 挂网 备案
    注册 认证 重置 重做 重发 重签 重排 重寄 补测 补拍 补训 补开 补盖 补寄 补送 补办 补税 派发 派驻 递送 呈报
    呈送 送审 送检 送修 送签 报关 清关 通关 装柜 装车 卸货 入仓 出仓 调拨 移库 理货 贴标 换标 打标 扫码 建档
    建群 建账 开户 销户 过户 过磅 解冻 冻结 授信 授权 授课 下载 上墙 上样 上料 停机 停产 复产 复工 竣工 封样
    封存 定版 定稿 定样 定价 定下 敲定 谈拢 谈成 拍板 圈定 锁定 锁价 锁单 锁货 抢单 跟单 跟台 跟会 站店 驻店
    驻场 蹲点 踩点 踏勘 勘察 勘测 放样 放线 划线 布线 接线 通电 通水 试压 试产 试装 试听 试驾 试穿 洗涤 消杀
    消毒 灭菌 校准 校验 校对 标定 计量 录音 录屏 直播 剪辑 修图 出片 配图 排版 设计 翻译 润色 改版 改造 改签
    改期 变更 撤销 撤回 终止 解除 索赔 起诉 发律师函 催办 督办 督促 敦促 追责 谈话 面试 招聘 入组 离职 移除 协助
    协同 配合 支持 支援 赶 帮忙 代办 代签 代付 代收 顶班 接手 牵头 主持 负责 盯 盯紧 盯着 守 跑 跑通 抢 抓 抄 抖
    拆分 合并 合作 上手 值班 过 过审 过会 过一遍 碰 碰头 碰面 听 念 想 想好 选 选好 选定 挑 挑选 评 评选 试 试试
    比 比价 议价 压价 砍价 还价 加 加上 减 砍 推掉 停 启用 停用 换成 转 转到 转正 列 画 画图 绘制 描 编 编制
    编好 拼 凑 凑齐 攒 找齐 找到 捎 捎去 顺带 清零 清退 清账 平账 冲账 挂账 抹零 核减 核定 扣款 扣除 退税 报税
    缴税 缴费 缴纳 充值 续保 投保 厘清 弄清 摸清 摸底 摸排 调研 调查 家访 随访 义诊 会诊 手术 上台 备台 消缺
    抢修 巡回 返厂 返工 返货 返款 返券 发券 发奖 颁奖 抽奖 兑奖 表彰 慰问 祝贺 感谢 答谢 致歉 道歉 说明情况 解释
    回应 回邮件 回函 回信 回货 回样 留样 留档 存档 备份 恢复 割接 切换 灰度 联调 联网 并网 验证 确权 公示 公告
    公布 通知 告知 提醒 提示 传达 转达 转告 宣贯 宣讲 路演 参评 参赛 参会 听课 听取 学完 考试 考完 做掉 做透
    做账 吃透 打通 打开 打掉 打完 攻下 攻克 拜会 引荐 引进 引入 拉新 拉到 激活 唤醒 促成 促单 逼单 成交 转化
    转介 签收 签批 签发 签给 盖完 开完 开出 开具 开给 发掉 发齐 发全 寄完 寄到 寄齐 寄掉 送完 送齐 送进 交完
    交掉 交回 收完 收掉 收进 结完 结掉 付掉 付清 付完 还清 还掉 补完 换完 修完 装完 拆完 拆掉 调完 调好 调到
    谈好 聊完 聊聊 聊透 说完 说清 讲完 讲清 写完 写好 算完 算清 对好 对清 核完 查完 查清 理完 列出 列清 列好
    填完 填好 报上 报到 报给 报出 提上 提给 提完 拿给 取完 拷贝 拷给 抄送 带来 带给 领取 领回 领完 借给 借到
    还给 租下 买好 买齐 买到 卖掉 卖完 卖出 订好 订到 约好 约到 约上 请到 请客 请示 陪看 陪逛 接上 接到 送走
    布完 铺完 铺好 铺设 摆好 摆上 贴好 贴完 挂好 挂上 印好 印完 做出来 赶出来 弄出来 搬完 搬走 搬到 运走 运到
    拉走 拉来 清走 退完 退掉 退给 撤完 撤掉 下掉 停掉 开放 解决掉 处理完 处理好 处理掉 消化 消化掉 盘清 盘活
    捋清 捋顺 洗 擦 扫 剪 裁 染 焊 磨 喷 涂 浇 烧 切 割 钻 埋 挖 抽 晒 泡 尝 抬 扛 丢 扔 压 拖 撕 包 捆 解 闭环
    接通 装配 带班 顶替 代班 巡 逛 吃饭 聚 过目 抽检 抽查 抽样 送礼 随礼 拜年 团拜 复训 集训 轮训 演练 预演 彩排
    重摆 重选 重跑 重测 重报 重谈 重开
""")

# Nouns that begin with one of the verbs or particles above, or that a time is often put before.
_NOUNS = _words("""
    例会 早会 晨会 晚会 周会 月会 夕会 会议 会上 会后 会前 会员 年会 发布会 展会 发票 订单 试剂 配件 备件 备机
    货款 货 报表 样 样机 样品 样板 交期 收据 回单 提成 定金 订金 定价 传单 开关 开支 上半 下半 下旬 上旬 合同
    协议 框架 年框 账期 账 账单 对账 销量 销售 销售额 业绩 任务 目标 指标 预算 预测 计划 活动 方案 档期 礼盒
    礼品 月饼 粽子 赠品 价格 政策 返利 返点 佣金 奖金 工资 绩效 考核 费用 运费 款 尾款 首款 期款 余款 欠款 借款
    库存 报告 总结 周报 月报 日报 季报 年报 数据 明细 清单 台账 资料 材料 文件 建议 意见 要求 诉求 改进 说明
    原因 问题 结论 理由 共识 反馈意见 优势 措施 内容 服务 客服 营业 响应 热线 质保 保修 维保 包换 包退 无理由
    试用期 有效期 周期 工期 租期 合作 期 期间 长假 假期 假 放假 班次 便利店 酒店 连锁 店 路 广场 酒楼 号线 楼
    楼层 栋 度 年度 用量 出货量 进货量 发货单 发货量 到货单 到货量 回款率 回款额 送货单 提货单 签约率 出差费
    打款单 收款单 付款单 备货单 新品 新款 老款 首批 第一批 版本 版 款式 机型 型号 陈列费 堆头 端架 排面 海报
    物料 专题 专场 专案 促销品 特价 大促 团购 快闪 沙龙 答谢 庆典 庆 联欢 茶话会 福利 慰问品 慰问 值班表 值班室 值班安排
    排班表 课 课程 行程 攻略 旅游 团建 体检 晚宴 聚餐 需求 缺口 差额 差价 税 税额 税票 电费 水电费 房租 租金
    物业费 社保 开销 投放 广告 渠道 客户 线索 名单 新客 老客 通知 制度 流程 规划 路线 排期表 时刻表 以来 以内 起
    来料 来款 来货 来电 同比 环比 对比 用品 用款 同期 度假 对公 对账单 出勤 上线率 下单量 点位 点评 回访表
    结算价 结算单 收入 支出 交付物 交流会 推广费 推荐官 会费 会务 能耗 能效 可研 应收 应付 应酬 需量 还款计划
    不良 打烊 打折季 做账
""")

_NOUN_ENDINGS = _words("""
    单 表 方案 计划 资料 材料 报告 记录 纪要 明细 清单 量 额 款 费 金 率 价 价格 书 函 证 图 ppt 物料 用品 品
    政策 活动 档期 礼盒 通知 合同 协议 海报 台账 数据 差额 差价 尾款 总结 结果 情况 照片 视频 会 会议 课 课件 班
    期 系统 流程 节点 进度 模板 清册 汇总表 名单 人员 账 账单 款项 费用 补贴 奖励 任务 指标 目标 客户 主题 专场
    季 周 月 日 节 店 机 样
""")
# Verbs that as often as not are nouns: after another verb they are its object (交Q1预测).
_NOUNY = _words("""
    报价 对账 促销 返利 预测 预算 培训 盘点 拜访 采购 销售 复盘 考核 备货 排产 排班 巡检 回款 结算 活动 推广
    陈列 演示 汇报 总结 测试 验收 试用 试吃 评估 评审 谈判 分析 统计 投标 展示 配送 发货 退货 换货 补货 订货
    供货 维修 维护 保养 检测 检查 续签 续费 巡店 回访 走访 铺货 打样 出货 到货 反馈 答疑 部署 实施 交付 升级
    维保 订购 拍摄 宣传 调试 接待 推送 出差 报销 团购 促活 投放 答谢
""")


# Acts that only ever tell of something settled before: 答应的报价.
_TOLD = _words("""
    欠 漏 漏发 少发 多收 答应 承诺 说 说好 约 约好 约定 用 缺 差 剩 到期 定 聊 试用 讲 要
    借走 到 到货 拍 开门 关门 打烊 营业 到岗 开播 开抢 开售 放学 上课 下课 出餐 起飞 结束 生效 截止
""")


# A verb at the end of what stands left of a time, whose object the time then opens: 整理|Q3对账单.
_GOVERNING_VERBS = _words("""
    整理 提交 补充 补齐 更新 核对 准备 复盘 跟进 复核 确认 落实 处理 完成 申请 安排 汇报 统计 汇总 结清 回复
    答复 制定 制作 编写 撰写 分析 讨论 签订 签署 归档 收集 梳理 总结 盘点 清点 审核 检查 兑现 反馈 解决 申报
    对接 谈妥 提供 做完 写完 写好 做好 谈下 签下 收回 追回 催收 催回 核销 写 交 补 发 改 催 收 谈 签 报 审 看 做
    出 开 录 付 退 推 订 对 算 清 查 结 送 争取 庆祝 迎接 筹备 策划 执行 解释 说明 参加 组织 开展 介绍 取消 了解
    学习 拟 出具 搞 赶 追 要 是 为
""")


class _Words:
    """A set of words, looked up at a place in a text, the longest first: far cheaper to build than an alternation."""

    def __init__(self, *groups: Iterable[str]) -> None:
        self._groups = groups

    @functools.cached_property
    def words(self) -> frozenset[str]:
        return frozenset(word for group in self._groups for word in group)

    @functools.cached_property
    def lengths(self) -> list[int]:
        return sorted({len(word) for word in self.words}, reverse=True)

    @functools.cached_property
    def first(self) -> frozenset[str]:
        return frozenset(word[0] for word in self.words)

    def end(self, text: str, start: int = 0) -> int:
        """Where the longest word at `start` ends; -1 when there is none."""
        if text[start : start + 1] not in self.first:
            return -1
        for length in self.lengths:
            if text[start : start + length] in self.words and start + length <= len(text):
                return start + length
        return -1

    def ends(self, text: str, start: int = 0) -> Iterator[int]:
        """Where each of the words at `start` ends, the longest first."""
        for length in self.lengths:
            if start + length <= len(text) and text[start : start + length] in self.words:
                yield start + length


_VERB = _Words(_VERBS, _NOUNY)
_PARTICLE = _Words(_PARTICLES)
_NOUN = _Words(_NOUNS)
_NOUNY_VERB = _Words(_NOUNY)
_NOUN_ENDING = _Words(_NOUN_ENDINGS)
_GOVERNING = _Words(_GOVERNING_VERBS)
# A clause that modifies what follows it: 答应的报价, 要发的货, 欠的货.
_RELATIVE_VERB = _Words(_VERBS, _NOUNY, _TOLD)
_RELATIVE_BEGIN = Pattern(r"(?:要|所|刚|已经|已|新|没|未|应|该|就|前|后)?")
_RELATIVE_END = Pattern(r"(?:[要会]?用|过|好|下|来|完|到|出|回来|下来|出来|回|给我|给我们|给客户)?了?的(?!话|时候)")


def begins_act(text: str) -> bool | None:
    """Whether an act begins at the start of `text`: True, False (a thing does), or None where the words are unknown."""
    verb, noun, nouny = _VERB.end(text), _NOUN.end(text), _NOUNY_VERB.end(text)
    if noun > 0 and noun >= verb:
        return False
    if nouny > 0 and _NOUN_ENDING.end(text, nouny) > 0:
        return False
    return True if verb > 0 or _PARTICLE.end(text) > 0 else None


def begins_noun(text: str) -> bool:
    """Whether a thing known by name begins at the start of `text`, or an act used as a thing (促销方案)."""
    return begins_act(text) is False


def begins_nouny(text: str) -> bool:
    """Whether `text` starts with a verb that serves as a noun as well (预测, 返利)."""
    return _NOUNY_VERB.end(text) > 0


def begins_relative(text: str) -> bool:
    """Whether a relative clause without its own object begins `text`: 答应的…, 要发的…"""
    if text.startswith("换新的"):
        return False
    begin = _RELATIVE_BEGIN.match(text)
    starts = {0, begin.end() if begin else 0}
    return any(_RELATIVE_END.match(text, end) for start in starts for end in _RELATIVE_VERB.ends(text, start))


def ends_governing(text: str) -> bool:
    """Whether `text` ends with a verb that takes what follows as its object."""
    return _ends_with(text, _GOVERNING)


def ends_verb(text: str) -> bool:
    """Whether `text` ends with any verb of the trade."""
    return _ends_with(text, _VERB)


# 阿发, 小陈, 老盖: a name, not a verb.
_FAMILIAR = ("阿", "小", "老")


def _ends_with(text: str, words: _Words) -> bool:
    return any(text[-length:] in words.words for length in words.lengths if length > 1) or (
        text[-1:] in words.words and text[-2:-1] not in _FAMILIAR
    )


_ONE_CHARACTER_VERBS = frozenset(word for word in _VERBS if len(word) == 1)
# 去晚枫酒庄: going somewhere is an act.
_GOING = Pattern(r"(?<![出过回进带送拿寄失下上除])去(?![年掉世])[^ ,，。]{2}")


def holds_act(text: str) -> bool:
    """Whether any verb of the trade stands in `text`."""
    if not _ONE_CHARACTER_VERBS.isdisjoint(text):
        return True
    return _GOING.search(text) is not None or any(_VERB.end(text, start) > 0 for start in range(len(text)))
