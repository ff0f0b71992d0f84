"""What a rep writes after meeting or reaching a client: 电话 …, 微信 …, 【拜访】…, 【跟进】…."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from handlers.language.first_names import find_first_name
from handlers.language.opening import find_opening
from handlers.language.text import fold
from handlers.language.titles import find_courtesy, find_person, is_first_name

Channel = Literal["call", "wechat", "visit", "other"]
Lack = Literal["profile", "pain", "next"]

_KEYWORDS: dict[str, Channel] = {"跟进": "other", "拜访": "visit", "电话": "call", "微信": "wechat"}
_CHANNEL_WORDS: dict[str, Channel] = {
    "电话": "call",
    "通话": "call",
    "去电": "call",
    "致电": "call",
    "来电": "call",
    "打电话": "call",
    "微信": "wechat",
    "微信电话": "wechat",
    "微信语音": "wechat",
    "企微": "wechat",
    "企业微信": "wechat",
    "vx": "wechat",
    "wx": "wechat",
    "拜访": "visit",
    "上门": "visit",
    "面访": "visit",
    "面谈": "visit",
    "当面": "visit",
    "登门": "visit",
    "现场": "visit",
}
_EDGE = r"[\s,;。、:!?/|()\[\]【】\-—]"
_LONGEST_FIRST = "|".join(sorted(_CHANNEL_WORDS, key=len, reverse=True))
_CHANNEL_TOKEN = re.compile(rf"(?:^|(?<={_EDGE}))[\[【(]?(?P<word>{_LONGEST_FIRST})[\])】]?(?=$|{_EDGE})\s*:?")
_GAPS = " \t\n\u3000,;，；、"
_SPOKEN: tuple[tuple[Channel, re.Pattern[str]], ...] = (
    (
        "call",
        re.compile(
            r"电话(?:里|中|会议|沟通|联系|聊|说|问|回访|确认|告知|拜访|跟进|通知|未接|没|打|催|约|询|谈|邀|了|过|已通|不通)"
            r"|打(?:了|过|通了?)?(?:个|一个|几个)?电话|致电|通(?:了|过)?(?:个|一个)?电话|去电|来电"
        ),
    ),
    (
        "wechat",
        re.compile(
            r"微信(?:里|上|沟通|联系|聊|发|问|说|回|推|告知|语音|跟进|视频|确认|通知|反馈|约)"
            r"|加(?:了|上|上了)?(?:他|她|对方)?的?微信|发(?:了)?微信|企微(?:上|里|沟通|联系|聊|发)"
        ),
    ),
    (
        "visit",
        re.compile(
            r"拜访(?:了|过)|上门(?!的)|面谈(?:了|过)?|当面|登门|见(?:了|到了?)"
            r"|去(?:了|过)(?:他们|客户|趟)?|送货(?:顺便|时|过去)|顺路|路过|巡店|到[店厂场](?!的)|面聊|吃了?(?:个|顿)?饭|喝了?(?:个)?茶|现场(?:量|装|测试|试机|培训|取样|打样|验收|开会|考察|指导|看样|调试|协调|处理|解决|查|看|谈|聊|沟通|演示|确认|勘查|勘察|勘测|测量|查看)|面访|实地(?:看|考察|走访)"
        ),
    ),
)
# What was said in a call was said, whatever was agreed before it.
_SPOKEN_OF = {"电话里", "电话中", "微信里", "微信上"}
_PLANNED = re.compile(
    r"(?:约|计划|准备|打算|安排|下次|下周|明天|明日|后天|预约|想|要|再|周[一二三四五六日天]|上午|下午|\d[日号点])[^,;。\n]{0,6}$"
)

_FOREIGN_NAME = re.compile(
    r"[^\s,，。]*[\u4e00-\u9fff](?:\s+(?:[\u4e00-\u9fff]{0,4}(?:采购|主管|经理|总监|老板|店长|运营|行政|负责人|助理|买手)\s?)?)(?P<name>[A-Z][a-z]{2,9})(?=[\s,，。:：]|[说问要回让在没反确])"
)
_ABSENT = re.compile(r"\s?(?:不在|没在|没来|没到|出差|请假|休假|开会去?了?|走了|离职了?|调走了?)")
_MET = re.compile(r"(?:见到?了?|约到了?|碰到了?|拜访了|面谈了?)(?=[\u4e00-\u9fffA-Za-z])")
# How far an office may stand between the meeting and the name: 见了|设备科|武工.
_LONGEST_OFFICE = 6

# A number is looked at from its beginning only, or a long one would be read from each of its digits.
_MANY = r"(?<![\d一二两三四五六七八九十百])[\d一二两三四五六七八九十百]+ ?"
_PROFILE = re.compile(
    r"[日月年](?:均|销|产)|一年[^,;。\s]{0,3}\d"
    rf"|{_MANY}(?:家(?:门?店|分店|分公司|子公司|分厂|工厂|医院|门诊|网点|校区|直营店?|加盟店?)|个(?:小区|门店|网点|厂区|车间|班|楼盘|项目部)|条街)"
    rf"|{_MANY}个(?:病区|院区|科室|食堂|档口|专柜)"
    rf"|{_MANY}条[\u4e00-\u9fff]{{0,3}}线"
    rf"|{_MANY}(?<![要买订购换装送租修]\d)台[^,;。\s]{{0,3}}(?:车|机床|设备|机器|中心|注塑机|炉)"
    r"|\d ?多?[名个](?:学生|员工|老师|工人|医生|会员|住户)|\d ?名|\d ?人[^,。;\s]{0,4}(?:团队|公司|工厂)"
    r"|\d ?个点位|\d ?家店|\d ?(?:张桌|层楼|张牙椅|台牙椅|间|个工位|台手术|张病床|栋楼)"
    r"|画像|科室|床位|规模|人数|员工|门店数|\d ?家(?:门?店|分店|连锁)|\d ?(?:张床|条产线|条线|个仓)"
    r"|年用|月用|年?采购量|月用量|年用量|用量|销量|年产|产能|产线|营业额"
    r"|营收|面积|编制|客流|决策|拍板|关键人|话事|负责人|分管|主管采购|组织架构|架构|换了人|换成|新来|新上任|调走|离职|接手|对接人|预算|档案|现用|在用"
    r"|目前用|现在用|用的是|竞品|竞争对手|供应商|合作(?:了|过|方)|主营|主做|连锁|经营|资料(?:已|更新)|背景"
)
_PAIN = re.compile(
    r"痛点|问题|困难|难题|不满|抱怨|投诉|吐槽|担心|顾虑|犹豫|嫌|太慢|太贵|偏贵|贵了|价格高|偏高|太高|慢|不稳|故障|坏了|缺货|断货|断供|交期|返修|返工|退货|损耗|破损"
    r"|漏|缺|噪音|噪声|寿命(?:太?短|只有|才|不到)|(?:促销|力度|支持|铺货)(?:太|有点|偏)?少|(?:(?<![客年元养])老是?|总是?|经常|动不动就?|三天两头)(?:坏|卡|断|出错|死机|掉|漏|停|报警|进|退|丢|崩|跳|响|堵|烧|串)|耗时|掉线|卡顿|送货慢|费[时劲事力]|累|排队久|反馈(?![^,。;]{0,4}(?:好|不错|满意|可以|正常))|价格?贵|[嫌觉]得?[^,;。\s]{0,4}(?:贵|高|慢|差|少|短|麻烦)|报错|成本|压货|库存|积压|滞销|动销|没货|效率|头疼|麻烦|希望|需要|需求|诉求|想要|想换|要求|不够|不足|不好用|不方便|卡在|出错|误差|不准|风险|不达标|串货|窜货|压价|压得|关心|在意"
    r"|(?<![宝珍名])贵(?![公司院方校重宾姓店处单厂行阳州港溪妃])|就?怕(?!.{0,3}[不没])|[点率]低|撤[柜场架]|退场|闭店|偏\s?\d|老(?:是|爱)?(?:起|卡|漏|坏|掉|断|跳|糊|堵|粘|松|响|抖|翘|串)[\u4e00-\u9fff]|没有?检[测验]报告"
    r"|(?:(?<!有)没|无|缺)(?:有)?(?:本地|驻场|备[货件]|现货|资质|证书|检测|认证|仓库?)|售后|响应|反映(?![^,;。]{0,4}(?:好|不错|满意|可以|正常))|混?乱(?!七)|率(?:太|偏|很|有点)?低|上不去|下滑|褪色|[看听]不[清见到]|太(?![好棒客阳平太极原仓湖忙谢感])|结皮|起泡|色差|生锈|开裂|异响|发霉|延误|晚到|发错|少发|错发|超时|过期"
)
_NO_PAIN = re.compile(
    r"(?:没有?|无|暂无|不|[没未](?:提|说|反映|反馈))(?:什么|啥|任何|其他|太大)?(?:痛点|问题|困难|顾虑|需求|投诉|不满|需要)|问题不大|没问题|不需要|不要求|不担心"
)
_WHEN = (
    r"(?:今晚|今天|明天|明日|明早|明晚|后天|大后天|下周[一二三四五六日天]?|本周[一二三四五六日天]?|这周[一二三四五六日天]?|周[一二三四五六日天]|星期[一二三四五六日天]|礼拜[一二三四五六日天]"
    r"|下个?月|月底|月初|月中|年底|节后|节前|\d{1,2}[号日]|\d{1,2}\.\d{1,2}|\d{1,2}/\d{1,2}|\d天[内后]|回去|回头|晚点|尽快)"
)
_DEED = (
    r"(?:发(?!票)|寄|送|给|出|回复|答复|反馈|回话|约|(?<!回)来|去|安排|签|上门|提供|确认|带|试|跑|演示|拜访|交|做|报|谈|见|再|装|测|打款|付款"
    r"|换|派|排查|处理|解决|下单|开会|汇报|沟通|联系|定|补|到货|跟|评审|对接|推)"
)
_NEXT = re.compile(
    r"下一步|下步|下次|后续|接下来|待办|约好|约了|约定|约在|约下|已约|再约|答应|承诺|说好|计划|准备|打算|同意试|(?:后|完)(?:再[谈定说看聊]|[出给发](?!现))|愿意试|等他|等她|等客户|等对方|继续跟"
    # What was done on a day that is over is no step to come: 上周五来过, 周三发了报价.
    rf"|(?<!上)(?<!上个){_WHEN}[^,;。\n了过]{{0,10}}{_DEED}(?!了|过(?![来去]))|{_DEED}[^,;。\n]{{0,8}}{_WHEN}(?:前|之前|内|再)|(?:我|我们|我方|我司)(?:来|会|要|将|得|需)?(?:给|发|寄|送|出|带|安排|提供)"
    r"|(?:会|将|要)(?:给|发(?!票)|寄|送|安排|提供|尽快)|待(?:我|回复|报价|确认|寄|发)"
)


@dataclass(frozen=True, slots=True)
class ContactText:
    """One contact as written.

    `body` is the text without keyword and channel word. `person` is whom they spoke with at the client, as written.
    `lacks` names what a standard visit note holds and this one does not: the client's profile brought up to date, a
    pain point, the next step promised.
    """

    channel: Channel
    body: str
    person: str | None
    lacks: tuple[Lack, ...]


def read_contact(text: str) -> ContactText | None:
    """The contact `text` reports; None when it does not open with 跟进, 拜访, 电话 or 微信 as a keyword."""
    opening = find_opening(text, _KEYWORDS)
    if opening is None:
        return None
    channel = _KEYWORDS[opening.keyword]
    body = text[opening.rest :].strip()
    if channel == "other":
        channel, body = channel_told(body)
    return contact_of(channel, body)


def contact_of(channel: Channel, body: str) -> ContactText:
    """The contact that `body` tells, by the channel known already."""
    person = _spoken_with(body) or _foreign_name(body) or find_first_name(body)
    return ContactText(channel, body, body[slice(*person)] if person else None, _lacks(fold(body)))


def apart_from(read: ContactText, client: tuple[int, int] | None) -> ContactText:
    """`read` with its person looked for outside of `client`, where in the body the client's name is known to stand."""
    if client is None or read.person is None or read.person not in read.body[slice(*client)]:
        return read
    start, end = client
    around = f"{read.body[:start]}{' ' * (end - start)}{read.body[end:]}"
    person = _spoken_with(around) or find_first_name(around)
    return replace(read, person=around[slice(*person)] if person else None)


def _spoken_with(body: str) -> tuple[int, int] | None:
    """Where the person stands whom they say they met, else the first by an office, a name or a courtesy."""
    return _met(body) or _person(body) or find_courtesy(body)


def _met(body: str) -> tuple[int, int] | None:
    """Where the person stands whom they say they met, whoever else is named before; None when they say none."""
    met = _MET.search(fold(body))
    person = find_person(body, met.end()) if met else None
    return person if met and person and person[0] - met.end() <= _LONGEST_OFFICE else None


def _person(body: str) -> tuple[int, int] | None:
    """Where the first person stands; whoever was not there gives way to whom they met instead, named or not."""
    person = find_person(body)
    if person and _ABSENT.match(fold(body), person[1]) and (met := _MET.search(fold(body), person[1])):
        return find_person(body, met.end())
    return person


def _foreign_name(body: str) -> tuple[int, int] | None:
    """Where a Latin first name stands right after the client's, as in 宏图灯饰 Lisa 说…; None without one."""
    match = _FOREIGN_NAME.match(body)
    return match.span("name") if match and is_first_name(match["name"]) else None


def channel_told(body: str) -> tuple[Channel, str]:
    """The channel named in a follow-up, and the body without that word when it stands alone."""
    folded = fold(body)
    token = _CHANNEL_TOKEN.search(folded)
    # Further in, a word standing alone is part of the story (… 约他 拜访), not the label of the channel.
    if token and len(folded[: token.start()].split()) <= 3 and not _planned(folded, token.start()):
        rest = f"{body[: token.start()].strip(_GAPS)} {body[token.end() :].strip(_GAPS)}"
        return _CHANNEL_WORDS[token["word"]], rest.strip()
    spoken = [
        (match.start(), channel)
        for channel, pattern in _SPOKEN
        for match in pattern.finditer(folded)
        if match[0] in _SPOKEN_OF or folded.startswith(("了", "过"), match.end()) or not _planned(folded, match.start())
    ]
    return (min(spoken)[1] if spoken else "other"), body


def _planned(folded: str, at: int) -> bool:
    """Whether the words before `at` put what follows into the future (约了周三 上门)."""
    return bool(_PLANNED.search(folded, max(0, at - 16), at))


def _lacks(folded: str) -> tuple[Lack, ...]:
    """What a standard visit note still lacks, judged by the words of `folded`."""
    lacks: list[Lack] = []
    if not _PROFILE.search(folded):
        lacks.append("profile")
    if not _PAIN.search(_NO_PAIN.sub("", folded)):
        lacks.append("pain")
    if not _NEXT.search(folded):
        lacks.append("next")
    return tuple(lacks)
