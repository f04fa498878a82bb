# SPDX-License-Identifier: MIT
"""Takes fields apart into their sub-fields (unionpay.md, sections 1.1 and 2.1 to 2.9).

Works on the text of a field as `message decode` shows it: what is masked stays so. The PANs of a
batch upload are masked here unless `clear`. Sub-fields that a field has no room for are left out.
"""

from collections.abc import Iterable
from typing import NamedTuple

from posctl.message import facts

_TOTALS_LEN = 62
_RECORD_LEN = 40
_COUNT_LEN = 2
_MOST_RECORDS = 8


class Part(NamedTuple):
    """A sub-field: its place or name, its text, and what that means as (English, Chinese)."""

    part: str
    value: str
    means: "tuple[str, str]"


_NOTHING = ("", "")

# field: (part, length, name, meanings of its values)
_FIXED = {
    "tpdu": (
        ("1-2", 2, ("identifier", "标识"), {}),
        ("3-6", 4, ("destination", "目的地址"), {}),
        ("7-10", 4, ("source", "源地址"), {}),
    ),
    "header": (
        ("1-2", 2, ("application", "应用类别"), facts.MESSAGE_CLASSES),
        ("3-4", 2, ("software version", "软件总版本号"), {}),
        ("5", 1, ("terminal state", "终端状态"), facts.STATES),
        ("6", 1, ("processing requirement", "处理要求"), facts.REQUIREMENTS),
        ("7-12", 6, ("sub version", "软件分版本号"), {}),
    ),
    "22": (
        ("22.1", 2, ("entry", "输入方式"), facts.ENTRY_MODES),
        ("22.2", 1, ("PIN", "PIN输入"), facts.PIN_ENTRY),
    ),
    "25": (("25", 2, ("condition", "条件"), facts.CONDITIONS),),
    "39": (("39", 2, ("response", "应答"), facts.RESPONSES),),
    "53": (
        ("53.1", 1, ("PIN format", "PIN格式"), facts.PIN_FORMATS),
        ("53.2", 1, ("algorithm", "加密算法"), facts.ALGORITHMS),
        ("53.3", 1, ("tracks", "磁道"), facts.TRACKS),
    ),
    "54": (
        ("54.1", 2, ("account type", "账户类型"), {}),
        ("54.2", 2, ("amount type", "余额类型"), {}),
        ("54.3", 3, ("currency", "货币"), {}),
        ("54.4", 1, ("sign", "符号"), facts.SIGNS),
        ("54.5", 12, ("amount", "金额"), {}),
    ),
    "60": (
        ("60.1", 2, ("function", "交易类型码"), facts.FUNCTIONS),
        ("60.2", 6, ("batch", "批次号"), {}),
        ("60.3", 3, ("network management", "网络管理信息码"), facts.NETWORK_CODES),
        ("60.4", 1, ("terminal reads", "终端读取能力"), facts.CAPABILITIES),
        ("60.5", 1, ("IC condition", "IC卡条件代码"), facts.IC_CONDITIONS),
        ("60.6", 1, ("partial approval", "部分承兑标志"), facts.PARTIAL),
        ("60.7", 3, ("account type", "账户类型"), facts.ACCOUNTS),
    ),
    "61": (
        ("61.1", 6, ("original batch", "原批次号"), {}),
        ("61.2", 6, ("original STAN", "原流水号"), {}),
        ("61.3", 4, ("original date", "原交易日期"), {}),
        ("61.4", 2, ("authorised by", "授权方式"), facts.AUTHORISATIONS),
        ("61.5", 11, ("authorising institution", "授权机构"), {}),
    ),
}
_HALF = (  # of the totals of a settlement
    (12, ("debit amount", "借记总金额"), {}),
    (3, ("debit count", "借记总笔数"), {}),
    (12, ("credit amount", "贷记总金额"), {}),
    (3, ("credit count", "贷记总笔数"), {}),
    (1, ("result", "对账应答代码"), facts.RESULTS),
)
_RECORD = (  # of a batch upload
    (2, ("card", "卡别"), facts.SIDES),
    (6, ("STAN", "流水号"), {}),
    (20, ("PAN", "卡号"), {}),
    (12, ("amount", "金额"), {}),
)


def explain(key: str, value: str, mti: str, clear: bool) -> list[Part]:
    """Return the parts of a field ("60") or of "tpdu" and "header"; none where it has none."""
    if key in _FIXED:
        return list(_fixed(value, _FIXED[key]))
    if key == "48":
        return _private(value, clear)
    if key == "63":
        return _free_text(value, mti)
    return []


def _fixed(value: str, layout: tuple) -> Iterable[Part]:
    at = 0
    for part, length, name, meanings in layout:
        text = value[at : at + length]
        if len(text) == length and "*" not in text:
            yield Part(part, text, _joined(name, meanings.get(text, _NOTHING)))
        at += length


def _joined(name: "tuple[str, str]", meaning: "tuple[str, str]") -> "tuple[str, str]":
    return tuple(
        f"{one}: {other}" if other else one for one, other in zip(name, meaning, strict=True)
    )


def _private(value: str, clear: bool) -> list[Part]:
    """F48: totals of a settlement, details of a batch upload, its end, a tip (2.6)."""
    if not value.isdecimal():
        return []
    if len(value) == _TOTALS_LEN:
        return list(_totals(value))
    count, rest = value[:_COUNT_LEN], value[_COUNT_LEN:]
    if rest and len(rest) == int(count) * _RECORD_LEN and int(count) <= _MOST_RECORDS:
        return _records(count, rest, clear)
    names = {4: ("records uploaded", "上送总笔数"), 12: ("tip", "小费金额")}
    return [Part("48", value, names[len(value)])] if len(value) in names else []


def _totals(value: str) -> Iterable[Part]:
    at = number = 0
    for side in facts.SIDES.values():
        for length, name, meanings in _HALF:
            number += 1
            text = value[at : at + length]
            yield Part(f"48.{number}", text, _on_side(side, name, meanings.get(text, _NOTHING)))
            at += length


def _on_side(side: tuple, name: tuple, meaning: tuple) -> "tuple[str, str]":
    whole = _joined(name, meaning)
    return tuple(f"{one}, {other}" for one, other in zip(side, whole, strict=True))


def _records(count: str, rest: str, clear: bool) -> list[Part]:
    parts = [Part("48.0", count, ("records", "明细笔数"))]
    for number in range(int(count)):
        at = number * _RECORD_LEN
        for length, name, meanings in _RECORD:
            text = rest[at : at + length]
            means = _joined(name, meanings.get(text, _NOTHING))
            if name[0] == "PAN" and not clear:
                text = masked_pan(text.lstrip("0"))
            parts.append(Part(f"48.{number + 1}", text, means))
            at += length
    return parts


def _free_text(value: str, mti: str) -> list[Part]:
    """F63: the operator of management messages, else scheme and texts of issuer, centre, host."""
    if not value:
        return []
    if mti[:2] in ("05", "08"):
        return [Part("63.1", value[:3], ("operator", "操作员"))]
    scheme = value[:3]
    means = _joined(("scheme", "国际信用卡公司代码"), facts.SCHEMES.get(scheme, _NOTHING))
    parts = [Part("63.1", scheme, means)]
    rest = value[3:].rstrip()
    return [*parts, Part("63.2", rest, ("text", "自定义信息"))] if rest else parts


def masked_pan(pan: str) -> str:
    """First six and last four digits; asterisks alone when it is too short for that."""
    if len(pan) < 13:
        return "*" * len(pan)
    return pan[:6] + "*" * (len(pan) - 10) + pan[-4:]
