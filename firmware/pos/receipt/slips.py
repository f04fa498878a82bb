# SPDX-License-Identifier: MIT
"""The slips of the terminal, as bytes for the printer: Chinese with English titles (features 4.2).

A slip ends before the proof query, which the print service sends. The PAN appears as 6+4 only and
the expiry not at all. Numbers come from the deal or report handed in; none is added up here.
`reprint` counts the reprints (0: the first print), `now` is when this one is made; `columns` is 32
for 58 mm paper and 48 for 80 mm.
"""

from micropython import const

from pos.core.deal import (
    APPROVED,
    CREDITS,
    DECLINED,
    HOLDERS,
    OFFLINE,
    PREAUTH_VOID,
    REFUND,
    REPEATS,
    VOIDED,
)
from pos.core.errors import LedgerError
from pos.core.money import format_minor
from pos.core.version import VERSION
from pos.receipt import escpos
from pos.receipt.form import fill, loud
from pos.receipt.layout import Sheet

_TEAR_LINES = const(4)  # portable printers have no cutter: feed to the tear bar
_ENTRY_LEN = const(128)  # two lines of a transaction list
_ENTRIES = "01M 02S 05I 07C 80F 90S 91C 95F 98C"  # F22 digits 1-2 and the letter on paper
_HOST_SUM = const(15)  # digits of an amount and a count in F48
_ASK_ISSUER = "A2 A4 A5 A6"  # approved, to be confirmed with the issuer
# In the order of the kinds (core/deal.py), from 1 on: Chinese, English, letter of the list.
_KINDS = (
    "消费|SALE|S 消费撤销|VOID|V 退货|REFUND|R 预授权|AUTH|A 追加预授权|ADD-AUTH|A"
    " 预授权撤销|CANCEL|X 预授权完成请求|AUTH_COMPLETE|P 预授权完成通知|AUTH_SETTLEMENT|C"
    " 预授权完成撤销|COMPLETE_VOID|Y"
    " 余额查询|BALANCE|- 转账|TRANSFER|T 离线结算|OFFLINE|L 结算调整|ADJUST|J 小费调整|TIP|J"
)

_DEAL = """\
-
/商户名称(MERCHANT NAME):|merchant_name
/商户编号(MERCHANT NO):|merchant
:终端编号(TERMINAL NO):|terminal
:操作员号(OPERATOR NO):|operator
:发卡行(ISS):|issuer
:收单行(ACQ):|acquirer
:外卡组织(SCHEME):|foreign
/卡号(CARD NO):|card
:有效期(EXP DATE):|expiry
 交易类型(TRANS TYPE):
!  |type
:批次号(BATCH NO):|batch
:凭证号(VOUCHER NO):|stan
:授权码(AUTH NO):|auth
/参考号(REFER NO):|rrn
/转入卡号(TO CARD):|to_masked
/日期/时间(DATE/TIME):|when
 金额(AMOUNT):
!  |amount
-
 备注(REFERENCE):
 原凭证号(VOUCHER NO): |original_stan
 原预授权码(AUTH NO): |held_auth
 原参考号(REFER NO): |refund_rrn
 原交易日期(DATE): |refund_date
 |part
 |voided
 |advice
"""
_SIGNATURE = """\
 持卡人签名(CARDHOLDER SIGNATURE)



 本人确认以上交易
 同意将其记入本卡账户
 I AGREE TO PAY THE ABOVE TOTAL"""
_FAULT = """\
-
 终端号: |terminal
 商户号: |merchant
 批次号: |batch
 凭证号: |stan
 卡号: |pan_masked
 交易类型: |type
 日期/时间: |when
!  |amount
-
 |todo
 本单据只作为故障处理凭据
 不作为交易凭证"""

_REPORT_HEAD = """\
-
 商户名称: |merchant_name
 商户编号: |merchant"""
_REPORT_COUNTS = """\
:批次号(BATCH NO):|batch
 日期/时间: |when
-
#类型/TYPE|titles
-"""
_REPORT_TOTALS = """\
-
 内卡: |domestic
#借记合计|debit
#贷记合计|credit
#主机借记|host_debit
#主机贷记|host_credit
-
 外卡: |foreign
#借记合计|foreign_debit
#贷记合计|foreign_credit
#主机借记|host_foreign_debit
#主机贷记|host_foreign_credit
-
#未决冲正|unresolved
#待冲正|pending
-
 |uploaded
 |refused
 |unbalanced
 |unsolved"""
_LIST_HEAD = """\
-
 凭证号 类型 卡号
        金额          授权码
-"""


def sale_slip(
    deal: object,
    profile: object,
    copy: int,
    copies: int,
    reprint: int = 0,
    now: tuple = (),
    columns: int = 32,
) -> bytes:
    """签购单 of an approved deal or an offline sale; copy 1 is the merchant's and is signed."""
    if deal.state not in (APPROVED, VOIDED) and deal.kind != OFFLINE:
        raise LedgerError("no slip for a deal that is not approved")
    sheet = _begin("POS签购单", profile, columns)
    sheet.line(_copy_name(copy, copies))
    _duplicate(sheet, reprint, now)
    fill(sheet, _DEAL, (_words(deal, profile), deal, profile))
    if copy == 1:
        fill(sheet, _SIGNATURE, ())
    sheet.rule()
    return _finish(sheet, profile)


def fault_slip(
    deal: object, profile: object, reprint: int = 0, now: tuple = (), columns: int = 32
) -> bytes:
    """故障报告单: a reversal or repeat that could not be delivered, or an offline sale refused.

    No proof of payment, and it says so.
    """
    sheet = _begin("故障报告单", profile, columns)
    words = _words(deal, profile)
    if deal.state == DECLINED:
        words["fault"], words["todo"] = "上送后被平台拒绝", "离线交易被拒绝 原签购单作废"
    elif deal.among(REPEATS):
        words["fault"], words["todo"] = "未成功上送通知交易", "上送不成功 请人工处理"
    else:
        words["fault"], words["todo"] = "未成功上送冲正交易", "冲正不成功 请人工处理"
    sheet.centre(words["fault"])
    _duplicate(sheet, reprint, now)
    fill(sheet, _FAULT, (words, deal, profile))
    return _tear(sheet)


def settlement_slip(
    report: object, profile: object, reprint: int = 0, now: tuple = (), columns: int = 32
) -> bytes:
    """结算总计单."""
    sheet = _begin("结算总计单", profile, columns)
    sheet.centre("SETTLEMENT REPORT")
    _duplicate(sheet, reprint, now)
    sources = (_sums(report), {"when": _when(report.time)}, report, profile)
    fill(sheet, _REPORT_HEAD, sources)
    sheet.pair("终端编号: " + profile.terminal, "操作员: " + report.operator)
    fill(sheet, _REPORT_COUNTS, sources)
    for kind in sorted(report.by_kind):
        fill(sheet, "#%s/%s|sum" % _kind_names(kind)[:2], ({"sum": _sum(report.by_kind[kind])},))
    fill(sheet, _REPORT_TOTALS, sources)
    return _finish(sheet, profile)


def detail_head(batch: int, profile: object, now: tuple = (), columns: int = 32) -> bytes:
    """交易明细, first part. The list is made in parts: a full batch would not fit in memory."""
    sheet = _begin("交易明细/TXN LIST", profile, columns)
    sheet.line(("批次号: %06d   %s" % (batch, _moment(now)[:10])).rstrip())
    fill(sheet, _LIST_HEAD, ())
    return sheet.take()


def detail_entry(deal: object, columns: int = 32) -> bytes:
    """The lines of one deal; nothing for a deal that moved no money."""
    if deal.state not in (APPROVED, VOIDED):
        return b""
    sheet = Sheet(columns, _ENTRY_LEN)
    letter = _kind_names(deal.kind)[2] + ("*" if deal.state == VOIDED else "")
    sheet.row(("%06d" % deal.stan, letter, deal.pan_masked), (8, 4, 20))
    sheet.row(("", _signed(deal), deal.auth or "------"), (7, 14, 11))
    return sheet.take()


def detail_foot(count: int, columns: int = 32) -> bytes:
    """交易明细, last part, with the number of deals listed."""
    sheet = Sheet(columns)
    fill(sheet, "-\n S消费 V撤销 *已撤销", ())
    sheet.line("共 %d 笔" % count)
    return _tear(sheet)


def detail_slip(
    deals: object, batch: int, profile: object, now: tuple = (), columns: int = 32
) -> bytes:
    """The whole list at once, for short batches."""
    parts = [detail_head(batch, profile, now, columns)]
    for deal in deals:
        entry = detail_entry(deal, columns)
        if entry:
            parts.append(entry)
    parts.append(detail_foot(len(parts) - 1, columns))
    return b"".join(parts)


def _begin(title: str, profile: object, columns: int) -> Sheet:
    """Start a slip with its title, and the banner of a terminal under test."""
    sheet = Sheet(columns)
    sheet.command(escpos.START)
    loud(sheet, sheet.centre, title)
    if profile.test_mode:
        sheet.centre("*** 测试交易 TEST ***")
    return sheet


def _duplicate(sheet: Sheet, reprint: int, now: tuple) -> None:
    """Add the banner of a reprint, if this is one."""
    if reprint:
        loud(sheet, sheet.centre, "***重打印凭证/DUPLICATED***")
        sheet.pair("重打印 %d 次" % reprint, _moment(now))


def _finish(sheet: Sheet, profile: object) -> bytes:
    """Add the foot and return the slip."""
    sheet.pair("客服热线:" + profile.hotline if profile.hotline else "", "V" + VERSION)
    return _tear(sheet)


def _tear(sheet: Sheet) -> bytes:
    """Feed the paper to the tear bar and return the slip."""
    sheet.command(escpos.feed(_TEAR_LINES))
    return sheet.take()


def _moment(now: tuple) -> str:
    """A clock reading as people write it."""
    return "%04d/%02d/%02d %02d:%02d:%02d" % tuple(now[:6]) if now else ""


def _when(time: str) -> str:
    """YYYYMMDDhhmmss as people write it."""
    if len(time) != 14:
        return time
    date = "%s/%s/%s" % (time[:4], time[4:6], time[6:8])
    return "%s %s:%s:%s" % (date, time[8:10], time[10:12], time[12:])


def _kind_names(kind: int) -> tuple:
    """Chinese name, English name and letter of a kind of deal."""
    known = _KINDS.split()
    if not 0 < kind <= len(known):
        raise LedgerError("no slip for this kind of deal")
    names = known[kind - 1].replace("_", " ").split("|")
    return names[0], names[1], names[2]


def _signed(deal: object) -> str:
    """The amount as it moves: what gives money back is negative."""
    back = deal.among(CREDITS) or deal.kind == PREAUTH_VOID
    return format_minor(-deal.amount_minor if back else deal.amount_minor)


def _copy_name(copy: int, copies: int) -> str:
    if copy == 1:
        return "商户存根 MERCHANT COPY"
    return "持卡人存根 CARDHOLDER COPY" if copy == copies else "银行存根 BANK COPY"


def _words(deal: object, profile: object) -> dict:
    """The values of a form that are not attributes of the deal or the profile."""
    at = _ENTRIES.find(deal.entry_mode[:2]) if len(deal.entry_mode) == 3 else -1
    return {
        "foreign": "" if deal.domestic else deal.scheme,
        "card": deal.pan_masked + ("" if at < 0 else " /" + _ENTRIES[at + 2]),
        "expiry": "****",
        "auth": deal.auth or (deal.original_auth if deal.kind == OFFLINE else ""),
        "type": "%s(%s)" % _kind_names(deal.kind)[:2],
        "when": _when(deal.time),
        "amount": "%s %s" % (profile.currency_sign, _signed(deal)),
        "held_auth": deal.original_auth if deal.among(HOLDERS) else "",
        "refund_rrn": deal.original_rrn if deal.kind == REFUND else "",
        "refund_date": deal.original_date if deal.kind == REFUND else "",
        "part": "部分批准(PARTIAL APPROVAL)" if deal.response == "10" else "",
        "voided": "本交易已撤销(VOIDED)" if deal.state == VOIDED else "",
        "advice": "交易成功,请与发卡行确认" if deal.response in _ASK_ISSUER.split() else "",
    }


def _sum(count_minor: tuple) -> tuple:
    return (str(count_minor[0]), format_minor(count_minor[1], True))


def _flag(flag: str) -> str:
    """The acquirer's verdict on one half of the totals."""
    if flag == "1":
        return "对账平"
    if flag == "2":
        return "对账不平"
    return "对账错误" if flag == "3" else "未对账"


def _sums(report: object) -> dict:
    """The numbers of a settlement report as they are printed, and what they ask for."""
    totals = report.totals
    flags = report.flags
    found = {
        "uploaded": "",
        "refused": "",
        "titles": ("笔数", "金额/AMT"),
        "domestic": _flag(flags[0]),
        "debit": _sum((totals.debit_count, totals.debit_minor)),
        "credit": _sum((totals.credit_count, totals.credit_minor)),
        "foreign": _flag(flags[1]),
        "foreign_debit": _sum((totals.foreign_debit_count, totals.foreign_debit_minor)),
        "foreign_credit": _sum((totals.foreign_credit_count, totals.foreign_credit_minor)),
        "unresolved": _sum(report.unresolved),
        "pending": _sum(report.pending),
        "unbalanced": "" if flags[0] + flags[1] == "11" else "未对平:请打印明细与收单行核对",
        "unsolved": "有未决冲正:请联系收单机构处理" if report.unresolved[0] else "",
    }
    _differences(found, report, flags[0] + flags[1] not in ("", "11"))
    return found


def _differences(found: dict, report: object, differ: bool) -> None:
    """Add the host's totals beside ours, and what was uploaded, where the two differ."""
    at = 0
    for name in ("host_debit", "host_credit", "host_foreign_debit", "host_foreign_credit"):
        text = report.host[at : at + _HOST_SUM]
        found[name] = _sum((int(text[12:]), int(text[:12]))) if differ and text else ""
        at += _HOST_SUM + (name == "host_credit")  # a result digit is between the halves
    if differ:
        found["uploaded"] = "已上送明细 %d 笔" % report.uploaded
    if report.denied:
        found["refused"] = "上送被拒 %d 笔" % report.denied
    elif report.end_refused:
        found["refused"] = "批上送结束被拒"
