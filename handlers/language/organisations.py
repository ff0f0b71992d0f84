"""What clients are called in a lead: the endings of organisations' names, and the words that are no name."""

from __future__ import annotations

import re

from handlers.language.sources import source_told
from handlers.language.text import fold

NAMED = re.compile(
    r"(?:(?:有)?(?:个|一个|一家|家)?(?:新)?(?:客户|公司|单位|企业|医院|门店|店)(?:名字)?(?:是|叫做?|名叫)|(?:^|(?<=[\s,;。、]))叫做?|名叫)\s*(?P<name>[^\s,;。、:@]{2,24})"
)
_KIND_OF_ORGANISATION = (
    r"(?:医院|医美|公司|集团|诊所|卫生院|卫生服务中心|门诊部?|药房|药店|大药房|学校|学院|大学|中学|小学|幼儿园|工厂|厂|店|超市|商行|商贸|便利|酒店|餐饮|餐厅|酒楼|饭店"
    r"|物流|科技|制造|机械|建材|装饰|五金|贸易|实业|置业|地产|物业|银行|研究院|研究所|中心|工作室|连锁|生物|医疗|器械|电机|电子|软件|网络|信息|食品|饮料|便利店|百货|广场"
    r"|商场|律所|事务所|粮油|副食|调味品?|零食|水产|茶饮|咖啡|烧烤|茶楼|瑜伽馆?|烤鱼|串串香?|火锅|洗衣|早教|宠物|花艺|驿站|口腔|眼科|骨科|民宿|机电|液压|轴承|模具|密封|风机|配件|家居|家具|管业|重工|精密|汽配|股份|局|委员会|合作社|建工|建设|建筑|工程|地产|设计院|石材|门窗|卫浴|陶瓷|钢构|阀门|泵业|水泵|纺机|铸造|锻造|机床|冷链|教育|培训|会计|旅行社|农业|林业|牧业|渔业|纺织|印刷|印务|化工|塑胶|纸业|钢铁|铝业|电力|环保|药业|制药|乳业|酒业|茶业|母婴|鞋业|皮具|传媒|文化|仓储|货运|快运|供应链|矿机|矿业|置地|货代|服饰|家纺|传动|新材料?|婚庆|影城|健身|农场|经营部|门市|批发部|批发|行|坊|部|馆|园|府|城)"
)
_ORGANISATION = re.compile(rf"{_KIND_OF_ORGANISATION}(?:[(][^)]*[)])?$")
# 柏林诊所想买雾化器: the name ends where the wish begins.
WISHES = re.compile(
    rf"^(?P<name>[^\s]{{2,16}}?{_KIND_OF_ORGANISATION})(?=想[要买换做]?|要[买换做]|需要|准备|打算|询价|咨询)"
)
# 老客户岚山门诊增购: what they were to us, and what they do again.
KNOWN_TO_US = re.compile(
    rf"^老客户?(?P<name>[^\s]{{2,16}}?{_KIND_OF_ORGANISATION}|(?<=老客户)(?![又再来带转推介加要想续复])[\u4e00-\u9fff]{{4,8}}?)"
    r"(?:再?(?:增购|复购|加购|续费|续约|续签|扩容|追加|返单|回购))?$"
)
SAID_TO_BE = re.compile(rf"(?:说是|那是|就是)(?P<name>[^\s,;。、:@的]{{1,16}}{_KIND_OF_ORGANISATION})的")
_DEPARTMENT = re.compile(
    r"(?:工程|采购|成本|设备|市场|销售|财务|技术|行政|人事|运营|项目|材料|预算|信息|质量|生产|商务|招商|物资|仓储|工艺|机修|动力|后勤|总务|研发|检验|生鲜|物流|品控|质检|法务)(?:部门?|科室?|处|中心)"
)
# What stands in a lead without being a client's name: wishes, times, amounts, goods, roles.
_NO_CLIENT = re.compile(
    r"^(?:自己|本人|个人|他|她|对方|家里|刚|一位|家|急|紧急|尽快|优先|已|未|想|要|需|问|找|求|做|在|有|没|请|麻烦|希望|对|说|很|比较|正在|目前|主要|意向|需求|重点|高意向|a类|b类|c类|今天|明天|下周|本周|周[一-日]|老板姓|姓|客户[姓想要说]"
    r"|这个?|那个?|说是?|只说|计划|打算|准备|昨[天晚]|前天|上周|上个?月|开[了\d一二两三四五六七八九十]|开(?![元心源泰诚发来利通平封化])[\u4e00-\u9fff]{1,4}(?:店|厂|馆)$|年用|月用|月进|规模|大概|大约|没电话|没留|咨询|询价|询问"
    r"|[一某几][家个间](?:酒店|公司|工?厂|店|医院|学校|餐厅|超市|诊所|企业)$)"
    r"|的$|(?:了解|咨询|询价|报价|采购|试用|合作|方案|联系|跟进|看看|回电|尽快)$|^[\W\d_]+$|^\d+(?:个|家|间|户|台|套|件|店)"
    r"|^(?:门窗|石材|卫浴|陶瓷|阀门|水泵|机床|轴承|模具|家具|食品|饮料|软件|五金|建材|电机|咖啡|零食|水产|工程|装饰|网络|信息|电子|器械|医疗|教育|培训|健身|门店|公司|工厂|医院|超市|酒店|企业|学校|诊所|药店|餐厅)$|\d(?:栋|幢|号楼|单元|室)$|\d-\d+$|(?:关联|旁边|隔壁|那边)$"
    r"|(?:业主|户主|房东|租户)$|的(?:兄弟|母|子|关联|合作|姊妹)公司$|的(?:上游|下游|供应商|朋友|客户|同行|老乡|亲戚|邻居)$"
    r"|^(?:[老新熟散]?(?:顾客|客户|客|会员)|朋友|同学|亲戚|邻居|业主|老板|店主|店长|群主|负责人|加盟商|经销商|代理商|联系人)$"
)


def ends_like_one(word: str) -> bool:
    """Whether `word` ends as the names of organisations do."""
    return _ORGANISATION.search(fold(word)) is not None


def may_be_client(word: str) -> bool:
    """Whether `word` may be the name of a client: no wish, time, goods, role or department."""
    folded = fold(word)
    return not (_NO_CLIENT.search(folded) or _DEPARTMENT.fullmatch(folded))


def leads_in(token: str) -> bool:
    """Whether a word only leads up to the client: how they came, or that it is urgent."""
    return bool(
        source_told(token)
        or re.search(r"^(?:急|紧急|尽快|优先|加急|团购|零售|批发|加盟|代理|经销|询盘|询价|展厅)$|的$", token)
    )
