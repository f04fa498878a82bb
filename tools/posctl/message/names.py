# SPDX-License-Identifier: MIT
"""Names of the fields (unionpay.md, section 2) in English and Chinese, set out in columns."""

from unicodedata import east_asian_width

LANGUAGES = ("en", "zh")

FIELDS = {  # number: (English, Chinese)
    2: ("PAN", "主账号"),
    3: ("processing code", "交易处理码"),
    4: ("amount", "交易金额"),
    11: ("STAN", "受卡方系统跟踪号"),
    12: ("local time", "受卡方所在地时间"),
    13: ("local date", "受卡方所在地日期"),
    14: ("expiry", "卡有效期"),
    15: ("settlement date", "清算日期"),
    22: ("entry mode", "服务点输入方式码"),
    23: ("card sequence number", "卡序列号"),
    25: ("condition code", "服务点条件码"),
    26: ("PIN capture code", "服务点PIN获取码"),
    32: ("acquiring institution", "受理机构标识码"),
    35: ("track 2", "二磁道数据"),
    36: ("track 3", "三磁道数据"),
    37: ("RRN", "检索参考号"),
    38: ("authorisation code", "授权标识应答码"),
    39: ("response code", "应答码"),
    41: ("terminal", "终端标识码"),
    42: ("merchant", "商户标识码"),
    44: ("issuer, acquirer", "附加响应数据"),
    48: ("private data", "附加数据"),
    49: ("currency", "交易货币代码"),
    52: ("PIN block", "个人标识码数据"),
    53: ("security control", "安全控制信息"),
    54: ("balance", "余额"),
    55: ("IC data", "IC卡数据域"),
    58: ("e-purse data", "电子钱包数据"),
    59: ("extension data", "自定义域59"),
    60: ("function, batch", "自定义域60"),
    61: ("original transaction", "原始信息域"),
    62: ("keys, parameters", "自定义域62"),
    63: ("operator, scheme, text", "自定义域63"),
    64: ("MAC", "报文鉴别码"),
}
_WORDS = {
    "length": ("length", "报文长度"),
    "tpdu": ("TPDU", "TPDU"),
    "header": ("header", "报文头"),
    "mti": ("message type", "消息类型"),
}


def name(key: str, lang: str) -> str:
    """Return the name of a field ("60") or a part of the frame ("tpdu") in one language."""
    names = FIELDS[int(key)] if key.isdigit() else _WORDS[key]
    return names[LANGUAGES.index(lang)]


def both(key: str, lang: str) -> str:
    """Return the name in the language asked for, then in the other one."""
    names = FIELDS[int(key)] if key.isdigit() else _WORDS[key]
    first = LANGUAGES.index(lang)
    return " ".join(dict.fromkeys((names[first], names[1 - first])))


def padded(text: str, width: int) -> str:
    """Fill up to so many columns; a hanzi takes two."""
    taken = sum(2 if east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * (width - taken)
