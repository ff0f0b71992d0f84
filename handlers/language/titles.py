"""People named the way sales people name them: a surname or a name with a title (王主任, 李总, 张工)."""

from __future__ import annotations

import re

from handlers.language.text import fold

# Surnames that are also everyday function words (和, 向, 时, 都, 应 …) are left out: they invent people.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石"
    "廖贾夏韦付方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤尚温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳"
    "翟殷詹申欧耿关兰焦俞左柳甘祝包宁符阮纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳穆卓古"
    "简车项闵晏褚娄佘宫苑柯阚胥缪邬窦佟卜卞仇狄巩蔺芦隋邰仝冼臧甄裘荀荆鞠寇匡邝赖栾茅漆桑粟檀隗巫奚鄢湛竺厉费时麦桂荣宗杭谈瞿柏虞尧揭濮亓郜郦嵇訾蹇阙芮邸麻梅席危贝葛郎穆单伍贺文易"
    "卫戚岑傅米舒刁昝宣郁洪诸羿储邴钭景池党贡劳逄姬扈冀郏慕连茹戈庾暨沙敖厍晁冷沃燕常"
)
# Surnames that stand in too many other words to be one without a title behind them.
_RARE_SURNAMES = (
    "酆禹伏贲钮羿於汲糜弓宓蓬郗仲伊戎祖束幸韶蓟薄宿鄂籍屠阴莘扶宰雍璩浦宦殳"
    "蔚夔乜巢蒯逯桓仉缑亢况郈汝钦矫迟尉苟谌卿昌明寿滑吉丘代云花"
    "廉皮萧惠井巴应闻楚晋盖封边查丰牧仰苍凤毋别乐计容慎居衡鹿缴雒敬松"
)
_COMPOUND = "欧阳|上官|司马|诸葛|司徒|东方|夏侯|皇甫|尉迟|慕容|端木|令狐|公孙|轩辕|长孙|宇文|南宫"
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英建国志文华玲红玉兰凤洁梅琳雪荣爱佳莉莎锦黛青倩婷姣婉娴瑾颖露瑶怡婵雁蓓纨仪荷丹蓉"
    "眉君琴蕊薇菁梦岚苑筠柔竹霭凝晓欢霄枫芸菲寒伊亚宜可姬舒影荔枝思毅俊峰宇浩凯健松柏彬斌帆飞鹏辉旭阳晨东海波宁龙林嘉子轩梓涵欣雨晴"
    "若诗雅淑慧珍贞德立成康星光天达永胜学祥才发武利清顺鸿信雄琪家振庆元新良喆堃小"
)
# The longest first: 总监 must win over 总, 护士长 over 护士.
_TITLES = (
    "副总经理|总经理|副总监|总监|总裁|总工|总助|副总|副主任|主任|副院长|院长|副科长|科长|副处长|处长|副局长|局长|副部长|部长|所长|站长"
    "|副厂长|厂长|副店长|店长|副校长|校长|园长|馆长|场长|队长|班长|组长|股长|会长|行长|副经理|大区经理|区域经理|客户经理|采购经理|项目经理|经理|主管|老师"
    "|教授|医生|医师|大夫|护士长|护士|药师|博士|老板娘|老板|采购|会计|出纳|秘书|助理|师傅|先生|女士|小姐|董事长|书记|主席|代表|专员|督导"
    "|顾问|院士|工程师|设计师|造价师|建造师|架构师|分析师|营养师|咨询师|技师|厨师长|厨师|采购员|材料员|施工员|质检员|治疗师|康复师|检验师|摄影师|美容师|发型师|培训师|策划师|讲师|律师|老总|买手|教练|社长|主厨|科员|干事|太太|妈妈|爸爸|阿姨|大姐|大哥|大爷|大叔|奶奶|总|工|董|姐|哥|嫂|叔|姨|妈"
)
_NOT_AFTER = {
    "总": r"(?![部价额数量体共之计结代包局账仓装机])",
    "工": r"(?![坊厂业程地人具作艺资序期位况时商信贸单件会种装大段夫])",
    "董": r"(?!事会)",
    "经理": r"(?!部)",
    "采购": r"(?![单部订合计量了的额])",
    "代表": r"(?![团处了着])",
    "工程师": "",
    "姐": r"(?![妹夫])",
    "哥": r"(?!们)",
}
_TITLE = "|".join(re.escape(title) + _NOT_AFTER.get(title, "") for title in _TITLES.split("|"))
_SHOP = (
    r"(?!的?(?:店|药房|药店|烧烤|烤肉|餐|超市|诊所"
    r"|面馆|火锅|工作室|便利|烘焙|食品|五金|建材|培训|小吃|卤味|炸鸡|水果|生鲜))"
)
_PERSON = re.compile(
    rf"(?:(?:{_COMPOUND})[{_GIVEN}]{{0,2}}|[{SURNAMES}{_RARE_SURNAMES}](?P<given>[{_GIVEN}]{{1,2}})?"
    r"|(?<![a-z])[a-z]{2,10} ?)"
    rf"(?P<title>{_TITLE}){_SHOP}"
)
_COURTESY = re.compile(r"(?<![A-Za-z])(?:Mrs?|Ms|Miss|Dr)\.? ?[A-Z][a-z]{1,11}(?![A-Za-z])")
_FIRST_NAME = re.compile(r"[A-Z][a-z]{1,9}")
_NO_NAMES = {"excel", "word", "demo", "wifi", "crm", "erp", "saas", "poc", "call", "email", "app", "logo", "offer"}
_FULL_NAME = re.compile(rf"(?:{_COMPOUND}|[{SURNAMES}])[{_GIVEN}]{{1,2}}")
_FAMILIAR = re.compile(
    rf"(?:(?<=[\s,;。、:(])|(?<=[跟和找与见问给约了到])|(?<=[员师长管购板监助理任政计务导])|^)[老小][{SURNAMES}{_RARE_SURNAMES}]"
    r"(?=$|[\s,;。、:)]|说|问|聊|反馈|回|要|在|讲|不|已|没|表示|那|这|答应|想|觉得|沟通|确认|催|对接|把|让)"
)
_CALLED_FAMILIARLY = re.compile(r"(?:^|[^\u4e00-\u9fff])[老小]$")
# 芳姐, 强哥, 阿珍: a given name alone, where nothing stands before it.
_BY_FIRST_NAME = re.compile(
    rf"(?:(?<![\u4e00-\u9fff])|(?<=[主板娘的]))(?:[{_GIVEN}](?:姐|哥(?!们)|嫂)|阿[^姨里胶拉嫂婆公妹\W])(?=$|[\s,;。、:)(]|说|问|反馈|回|要|在|讲|不|已|没|让|答应|想)"
)
# Words that end in a surname: 工程|总监, 由于|经理, 下周|主任, 对方|代表.
_TAIL_OF_A_WORD = re.compile(
    r"(?:[工课流过制远规章行日里议历进单编][程]|[由关对至等属基终][于]|[上下本这每一两三几全双半各][周]|[对甲乙双我地官各资厂多供买卖警前后主院校店][方]"
    r"|[资现基奖押租佣定][金]|[提最新][高]|[实措设][施]|[负责信前主委就留担上离][任]|[保治平公早][安]|[相海机有无][关]|[价有花省][钱]|[平正日非经][常]"
    r"|[中新清][华]|[浙长龙珠黑][江]|[其剩多][余]|[主保监在分专负][管]|[语英中人公全][文]|[文盖印公][章]|[线公道铁马][路]|[阶时手地路][段]|[打承外面钱书][包]"
    r"|[简清菜订名账工][单]|[南西江海辽][宁]|[完达变促形合组生][成]|[了讲分理见][解]|[四春换一旺淡本][季]|[导旅上][游]|[火货叉客汽][车]|[事款立][项]|[容不轻贸交简][易]"
    r"|[门厨库药住机套楼][房]|[一二三四五六七八九十百千][万]|[年世经][纪]|[曲太沈][阳]|[经运学收免话水电会管消浪计付缴交网路邮资][费]|[当平同及临届随小暂准按到何那这有实工计定][时]"
    r"|[小大][麦]|[光繁][荣]|[大][宗]|[会洽面座访详再约][谈]|[松][柏]|[保护防守][卫]|[亲][戚]|[玉大小虾厘平][米]|[电水浴泳][池]|[背风场全前愿情][景]|[疲勤功代][劳]|[大相接串][连]|[泥流豪白长][沙]|[制寒保][冷]|[存仓][储]|[肥][沃]|[海飞][燕]|[文外][宣]|[异通照][常]|[密][麻]|[杨青腊话][梅]|[首主出列缺][席]|[宝电货][贝]|[法新女伴货长画][郎]|[肉][桂]|[情状近盛][况]"
    r"|[住民寄投][宿]|[推延][迟]|[说声证光昆透聪文黎三发表鲜简英高照查][明]|[人长福][寿]|[光平润][滑]|[南宜武许繁隆永][昌]|[大如][吉]"
    r"|[黄青乍][浦]|[佛鼻][祖]|[杜][仲]|[结约][束]|[荣不][幸]|[江山淮][阴]|[单微厚][薄]|[帮][扶]|[书国][籍]|[沙山土陵][丘]|[年时现古替换交一二三][代]|[白风青红][云]|[棉雪开鲜火爆][花]|[清低][廉]|[毛牛调真][皮]|[优实][惠]|[水油矿天市][井]|[大中尾嘴下][巴]|[供反响对相适效][应]"
    r"|[新传][闻]|[清苦][楚]|[覆涵掩][盖]|[信密开冰][封]|[那这一身周旁两外里][边]|[检调审排抽复][查]|[设会统总预估合][计]|[特分差区级各类识][别]|[音快娱俱可欢][乐]|[内美包从][容]|[谨][慎]|[家邻新民安定移][居]|[平均][衡]|[补欠上收][缴]|[尊致][敬]|[轻放蓬][松]|[咸新顺丰][丰]|[畜放][牧])$"
)
_WHOLE_WORDS = re.compile(
    r"(?:班主任|班经理|班主管|施工|高工|计工|经工|支工|包工|单工|万工|成工|任工|安工|程工|管工|车工|房工|武工|文工|华工|段工|解总|万总价|毛总|江总|成总|单总|易总|季总|关总|曲总|路总|项总|车队长)$"
)
_SAFE_ALONE = re.compile(
    r"(?:高工|管工|单工|段工|华工|安工|程工|成工|任工|武工|文工|毛总|江总|成总|关总|季总|项总|路总|易总|曲总)$"
)
# A word of one character and an office is somebody, whatever the surname, unless the character tells of the office.
_ONE_AND_OFFICE = re.compile(
    r"(?:(?<![\u4e00-\u9fffa-z0-9])|(?<=[\u4e00-\u9fff]的))(?P<one>[\u4e00-\u9fff])(?:(?:主任|经理|院长|科长|处长|局长|部长|所长|站长|厂长|店长|校长|园长|馆长|队长|护士长|老师|医生|大夫|教授|师傅|先生|女士|小姐|老板娘?|会计"
    r"|书记|主席|教练|主管|总监|科员|工程师|设计师|律师)(?=$|[\s,;。、:()])"
    r"|(?P<short>总|工|姐|哥|董|医生)(?=$|[\s,;。、:()]))"
)
_OF_THE_OFFICE = frozenset(
    "副总正新老原前现大小女男该此某各两几他她我你咱贵年组部区省市县店厂校院科处室级片楼村乡镇房主客护军队园一二三四五六七八九十首代名"
    "党团执理财技车销采的了是在和与跟给让问找见说等到去约叫请个位家好对双甲乙业户商外内旧同本全多每这那中高初"
)
# Words of two characters that end like it: 加总, 施工, 大姐.
_OF_THE_SHORT = frozenset(
    "加汇施职手开完竣复停打零临民务监分美化木电瓦焊钳铣钻磨油漆泥普杂帮水做出派上赶包员童返用招劳罢怠矿人特军精细粗轻重冶铸锻泵机表堂帅空学的啊呢"
)
_PLACE_OR_THING = re.compile(
    r"^(?:华东|华新|江宁|江东|金星|金龙|金华|金元|金海|安康|安利|康宁|康华|宁海|宁波|温州|海宁|海东|林业|新华|文华|文学|文东|高新|高利|华文"
    r"|华宁|华信|项目|程序|万达|万家|万利|关东|成龙|成才|石林|石家|龙华|平安|安顺|易学|白云|白天|东方家|路东|单家|家庭)"
)
_NEARBY = 12
_OURS = re.compile(r"(?:陪同?|带着?|带上|我们的?|我司的?|咱们?的?|跟着|公司的|@)\s*$")
# HR总监 is an office, not a name.
_OFFICES = {"hr", "it", "qa", "qc", "pmc", "rd", "pm", "crm", "erp", "vip", "kol", "ka", "hrd"}
_BOUNDARY = re.compile(r"$|[\s,;。、:!?()\[\]【】/+\-—…~\d]")


def is_name(text: str) -> bool:
    """Whether `text` is nothing but a name in two or three characters, its surname a known one."""
    folded = fold(text)
    return bool(re.fullmatch(rf"(?:{_COMPOUND}|[{SURNAMES}])[\u4e00-\u9fff]{{1,2}}", folded)) and len(folded) < 5


def find_courtesy(text: str) -> tuple[int, int] | None:
    """Where (start, end) somebody stands who is called Mr, Ms, Miss or Dr; None without one."""
    match = _COURTESY.search(text)
    return match.span() if match else None


def is_first_name(text: str) -> bool:
    """Whether `text` may be a Latin first name: one capitalised word that is none of trade (Excel, Demo)."""
    return bool(_FIRST_NAME.fullmatch(text)) and fold(text) not in _NO_NAMES


def is_full_name(text: str) -> bool:
    """Whether `text` is nothing but a surname and a given name of the usual characters (李华, but not 高新)."""
    return bool(_FULL_NAME.fullmatch(fold(text))) and not _PLACE_OR_THING.match(fold(text))


def find_person(text: str, begin: int = 0) -> tuple[int, int] | None:
    """Where (start, end) the first person stands that `text` names from `begin` on with a title, or as 老王, 芳姐.

    Colleagues (陪李总监去…, @李总) and words that only look like a name (工程总监, 下周总结) are passed over.
    """
    folded = fold(text)
    ways = (
        (match for match in _PERSON.finditer(folded, begin) if _is_person(folded, match)),
        _FAMILIAR.finditer(folded, begin),
        _BY_FIRST_NAME.finditer(folded, begin),
        (match for match in _ONE_AND_OFFICE.finditer(folded, begin) if _is_in_office(folded, match)),
    )
    found = [match.span() for way in ways if (match := next(way, None)) is not None]
    if not found:
        return None
    start, end = min(found)
    # 小段设计师 is called so, as 小段 is.
    familiar = end - start > 2 and start > begin and _CALLED_FAMILIARLY.search(folded, max(0, start - 2), start)
    return (start - 1 if familiar else start), end


def _is_in_office(folded: str, match: re.Match[str]) -> bool:
    """Whether one character and an office name somebody, and no trade, rank or colleague."""
    one, short = match["one"], match["short"]
    if one in _OF_THE_OFFICE or (short and one in _OF_THE_SHORT):
        return False
    return not _WHOLE_WORDS.search(match[0]) and not _OURS.search(
        folded[max(0, match.start() - _NEARBY) : match.start()]
    )


def _is_person(folded: str, match: re.Match[str]) -> bool:
    """Whether a surname and a title name somebody here, judged by the words around them."""
    start, end = match.span()
    word, before = match[0], folded[max(0, start - _NEARBY) : start]
    if _OURS.search(before):
        return False
    if word[0].isascii():
        return word[: match.start("title") - start].strip() not in _OFFICES and match["title"] in {
            "总",
            "工",
            "老师",
            "姐",
            "哥",
            "经理",
            "主任",
            "总监",
            "女士",
            "先生",
            "医生",
            "教授",
        }
    if _TAIL_OF_A_WORD.search(folded[max(0, start - 1) : start + 1]):
        return False
    if _WHOLE_WORDS.search(word):
        closed = _BOUNDARY.match(folded, end) and (not before or _BOUNDARY.match(before[-1]))
        return bool(closed) and bool(_SAFE_ALONE.search(word))
    return not (match["given"] and _PLACE_OR_THING.match(word))
