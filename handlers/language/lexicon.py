"""Words a sales team writes round a deadline: which of them begin an act, and which make a time part of the matter.

`周三` before 寄样 is a deadline, before 例会纪要 it is not. Verbs that are also the first half of nouns (报价 · 报价单)
count as verbs unless a noun ending follows. Everything is in folded writing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


# Words after which something is done: prepositions, pronouns and adverbs that can only stand before a verb phrase.
_PARTICLES = _words("""
    给 把 将 跟 和 与 同 向 对 帮 为 替 由 从 往 在 按 用 让 请 找 约 陪 带 带着 去 来 到 先 再 还 也 都 就 要
    会 能 可 可以 必须 须 得 应 应该 需 需要 一定 务必 全部 全 统一 统统 一并 一次性 分批 分别 各 集中 亲自 争取
    尽量 预计 大概 准时 按时 及时 正式 现场 线上 线下 远程 书面 逐条 逐一 逐个 逐项 我 我们 我方 咱 咱们 他 她
    他们 你 您 你们 大家 继续 重新 另 另外 正常 顺利 开始 最终 最后 主动 共同 一起 不 没 只 已 已经 抓紧 赶紧
    初步 完整 连同 随 凭 经 就近 快递 顺丰 电话 微信 当面 视频 邮件 短信 发邮件 打电话
""")

# Verbs no noun begins with, or whose nouns are in _NOUNS.
_VERBS = _words("""
    发 寄 送 交 递 报 签 付 打 拉 开 见 谈 聊 催 补 换 修 装 拆 调 测 验 查 核 对 盘 点 写 做 改 出 提 拿 取 回
    还 退 撤 清 上 下 搬 运 铺 备 订 买 卖 办 填 录 导 传 拍 播 讲 教 审 批 盖 印 刷 贴 挂 摆 配 定 敲 搞 弄 完
    结 算 汇 缴 充 冲 赔 追 走 飞 访 探 看 参 领 接 迎 租 借 答 复 推 宣 启 收 完成 提交 交付 发送 发出 发给
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
    注册 认证
""")

# Nouns that begin with one of the verbs or particles above, or that a time is often put before.
_NOUNS = _words("""
    例会 早会 晨会 晚会 周会 月会 夕会 会议 会上 会后 会前 会员 年会 发布会 展会 发票 订单 试剂 配件 备件 备机
    货款 货 报表 样 样机 样品 样板 交期 收据 回单 提成 定金 订金 定价 传单 开关 开支 上半 下半 下旬 上旬 合同
    协议 框架 年框 账期 账 账单 对账 销量 销售 销售额 业绩 任务 目标 指标 预算 预测 计划 活动 方案 档期 礼盒
    礼品 月饼 粽子 赠品 价格 政策 返利 返点 佣金 奖金 工资 绩效 考核 费用 运费 款 尾款 首款 期款 余款 欠款 借款
    库存 报告 总结 周报 月报 日报 季报 年报 数据 明细 清单 台账 资料 材料 文件 建议 意见 要求 诉求 改进 说明
    原因 问题 结论 理由 共识 反馈意见 优势 措施 内容 服务 客服 营业 值班 响应 热线 质保 保修 维保 包换 包退
    无理由 试用期 有效期 周期 工期 租期 合作 期 期间 长假 假期 假 放假 班次 便利店 酒店 连锁 店 路 广场 酒楼
    号线 楼 楼层 栋 度 年度 用量 出货量 进货量 发货单 发货量 到货单 到货量 回款率 回款额 送货单 提货单 签约率
    出差费 打款单 收款单 付款单 备货单 新品 新款 老款 首批 第一批 版本 版 款式 机型 型号 陈列费 堆头 端架 排面
    海报 物料 专题 专场 专案 促销品 特价 大促 团购 快闪 沙龙 答谢 庆典 庆 联欢 茶话会 福利 慰问品 慰问 值班表
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
_TOLD = _words("欠 漏 漏发 少发 多收 答应 承诺 说 说好 约 约好 约定 用 缺 差 剩 到期 定 聊 试用 讲 要")


def _choice(words: Iterable[str]) -> str:
    """An alternation of `words`, longest first."""
    return "|".join(sorted(set(words), key=len, reverse=True))


def _starts(words: Iterable[str]) -> re.Pattern[str]:
    return re.compile(_choice(words))


_VERB = _starts((*_VERBS, *_NOUNY))
_PARTICLE = _starts(_PARTICLES)
_NOUN = _starts(_NOUNS)
_NOUNY_VERB = _starts(_NOUNY)
_NOUN_ENDING = _starts(_NOUN_ENDINGS)
# A verb at the end of what stands left of a time, whose object the time then opens: 整理|Q3对账单.
_GOVERNING = re.compile(
    r"(?:整理|提交|补充|补齐|更新|核对|准备|复盘|跟进|复核|确认|落实|处理|完成|申请|安排|汇报|统计|汇总|结清|回复|答复|制定|制作|编写|撰写|分析|"
    r"讨论|签订|签署|归档|收集|梳理|总结|盘点|清点|审核|检查|兑现|反馈|解决|申报|对接|谈妥|提供|做完|写完|写好|做好|谈下|签下|收回|追回|催收|催回|核销|"
    r"写|交|补|发|改|催|收|谈|签|报|审|看|做|出|开|录|付|退|推|订|对|算|清|查|结|送|争取|庆祝|迎接|筹备|策划|执行|解释|说明|参加|组织|开展|介绍|取消|了解|"
    r"学习|拟|出具|搞|赶|追|要|是|为)$"
)
# A clause that modifies what follows it: 答应的报价, 要发的货, 欠的货.
_RELATIVE = re.compile(
    rf"(?!换新的)(?:要|所|刚|已经|已|新|没|未|应|该|就|前|后)?(?:{_choice((*_VERBS, *_NOUNY, *_TOLD))})"
    r"(?:过|好|下|来|完|到|出|回来|下来|出来|回|给我|给我们|给客户)?了?的(?!话)"
)


def begins_act(text: str) -> bool | None:
    """Whether an act begins at the start of `text`: True, False (a thing does), or None where the words are unknown."""
    verb = _VERB.match(text)
    noun = _NOUN.match(text)
    if noun and (not verb or noun.end() >= verb.end()):
        return False
    nouny = _NOUNY_VERB.match(text)
    if nouny and _NOUN_ENDING.match(text, nouny.end()):
        return False
    if verb or _PARTICLE.match(text):
        return True
    return None


def begins_noun(text: str) -> bool:
    """Whether a thing known by name begins at the start of `text`, or an act used as a thing (促销方案)."""
    return begins_act(text) is False


def begins_nouny(text: str) -> bool:
    """Whether `text` starts with a verb that serves as a noun as well (预测, 返利)."""
    return _NOUNY_VERB.match(text) is not None


def begins_relative(text: str) -> bool:
    """Whether a relative clause without its own object begins `text`: 答应的…, 要发的…"""
    return _RELATIVE.match(text) is not None


def ends_governing(text: str) -> bool:
    """Whether `text` ends with a verb that takes what follows as its object."""
    return _GOVERNING.search(text[-2:]) is not None


def holds_act(text: str) -> bool:
    """Whether any verb of the trade stands in `text`."""
    return _VERB.search(text) is not None
