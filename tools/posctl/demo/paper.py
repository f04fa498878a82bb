# SPDX-License-Identifier: MIT
"""What stands on paper: slips as text, read back the way a bookkeeper reads them.

Works from the rendered .txt of the printer bytes, so that a slip which prints wrongly is read
wrongly. A slip without all its fields (cut short) is scrap and proves nothing.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

_COPIES = (("商户存根", "merchant"), ("持卡人存根", "cardholder"), ("银行存根", "bank"))
_TYPES = {"SALE": "sale", "VOID": "void"}
_BATCH = re.compile(r"^批次号\s*(?:\(BATCH NO\))?:\s*(\d{6})", re.M)
_STAN = re.compile(r"^凭证号\s*(?:\(VOUCHER NO\))?:\s*(\d{6})", re.M)
_RRN = re.compile(r"^参考号\(REFER NO\):\s*(\S{12})\s*$", re.M)
_PAN = re.compile(r"^卡号(?:\(CARD NO\))?:\s*([\d*]+)", re.M)
_TYPE = re.compile(r"^交易类型\(TRANS TYPE\):\s*\S+?\((\w+)\)", re.M)
_AMOUNT = re.compile(r"^金额\(AMOUNT\):\s*RMB (-?)([\d,]+)\.(\d\d)\s*$", re.M)
_HALF = re.compile(r"^(内卡|外卡): *(\S+)", re.M)
_TOTAL = re.compile(r"^(借记合计|贷记合计) +(\d+) +([\d,]+)\.(\d\d)\s*$", re.M)
_SIDES = {"借记合计": "debit", "贷记合计": "credit"}


@dataclass(frozen=True)
class Slip:
    """A sales slip (sale or void): amounts as in the ledgers, positive minor units."""

    batch: str
    stan: str
    type: str
    amount_minor: int
    pan: str
    rrn: str
    copy: str
    duplicate: bool
    file: str = ""


@dataclass
class Settlement:
    """A settlement slip: totals of domestic and foreign cards together."""

    batch: str
    balanced: bool
    duplicate: bool
    totals: dict = field(default_factory=dict)


@dataclass
class Paper:
    """All that was printed."""

    slips: list = field(default_factory=list)
    settlements: list = field(default_factory=list)
    faults: list = field(default_factory=list)  # (batch, stan)
    scrap: list = field(default_factory=list)  # names of files


def read_paper(folder: Path) -> Paper:
    """Read every slip that a run has saved."""
    paper = Paper()
    for path in sorted(folder.glob("[0-9]*.txt")):
        add_slip(paper, path.read_text("utf-8"), path.name)
    return paper


def add_slip(paper: Paper, text: str, name: str) -> None:
    """Sort one slip into the paper."""
    if "结算总计单" in text:
        settlement = _settlement(text)
        _put(paper.settlements, settlement, paper, name)
    elif "故障报告单" in text:
        _put(paper.faults, _key(text), paper, name)
    elif "签购单" in text:
        _put(paper.slips, _slip(text, name), paper, name)
    elif "交易明细" not in text:
        paper.scrap.append(name)


def _put(into: list, found: object, paper: Paper, name: str) -> None:
    if found is None:
        paper.scrap.append(name)
    else:
        into.append(found)


def _key(text: str) -> tuple | None:
    batch, stan = _BATCH.search(text), _STAN.search(text)
    return (batch.group(1), stan.group(1)) if batch and stan else None


def _slip(text: str, name: str) -> Slip | None:
    key = _key(text)
    found = [pattern.search(text) for pattern in (_TYPE, _AMOUNT, _PAN, _RRN)]
    copy = next((word for title, word in _COPIES if title in text), None)
    if key is None or copy is None or not all(found):
        return None
    kind, amount, pan, rrn = found
    type_ = _TYPES.get(kind.group(1), kind.group(1).lower())
    minor = _minor(amount.group(2), amount.group(3))
    if (amount.group(1) == "-") != (type_ == "void"):
        minor = -minor  # the sign is wrong: so is the amount
    duplicate = "重打印" in text
    return Slip(*key, type_, minor, pan.group(1), rrn.group(1), copy, duplicate, name)


def _minor(major: str, minor: str) -> int:
    return int(major.replace(",", "")) * 100 + int(minor)


def _settlement(text: str) -> Settlement | None:
    batch = _BATCH.search(text)
    halves = _HALF.findall(text)
    totals = _TOTAL.findall(text)
    if batch is None or len(halves) != 2 or len(totals) != 4:
        return None
    balanced = all(result == "对账平" for _, result in halves)
    out = Settlement(batch.group(1), balanced, "重打印" in text)
    for title, count, major, minor in totals:
        side = _SIDES[title]
        out.totals[side + "_count"] = out.totals.get(side + "_count", 0) + int(count)
        out.totals[side + "_minor"] = out.totals.get(side + "_minor", 0) + _minor(major, minor)
    return out
