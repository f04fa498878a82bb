# SPDX-License-Identifier: MIT
"""Paper is read back from the text of slips (layout: features.md 4.2)."""

from posctl.demo.paper import Paper, Slip, add_slip

_SALE = """           POS签购单
商户存根 MERCHANT COPY
--------------------------------
商户编号(MERCHANT NO):
  898310054110001
终端编号(TERMINAL NO):  12345678
卡号(CARD NO):
  622202******0123 /S
交易类型(TRANS TYPE):
  消费(SALE)
批次号(BATCH NO):         000017
凭证号(VOUCHER NO):       000123
授权码(AUTH NO):          A1B2C3
参考号(REFER NO):
  102436000123
金额(AMOUNT):
  RMB 1,128.50
"""
_VOID = (
    _SALE.replace("消费(SALE)", "消费撤销(VOID)")
    .replace("RMB 1", "RMB -1")
    .replace("凭证号(VOUCHER NO):       000123", "凭证号(VOUCHER NO):       000124")
    .replace("商户存根 MERCHANT", "持卡人存根 CARDHOLDER")
) + "原凭证号(VOUCHER NO): 000123\n"
_SETTLEMENT = """           结算总计单
批次号(BATCH NO):         000017
内卡: 对账平
消费/SALE         41    5,302.20
借记合计          43    6,582.20
贷记合计           2       62.00
外卡: 对账平
借记合计           1        1.00
贷记合计           0        0.00
"""
_FAULT = "故障报告单\n批次号: 000017\n凭证号: 000125\n"


def _read(text: str) -> Paper:
    paper = Paper()
    add_slip(paper, text, "001.txt")
    return paper


def test_a_sale() -> None:
    expected = Slip("000017", "000123", "sale", 112850, "622202******0123", "102436000123",
                    "merchant", False, "001.txt")  # fmt: skip
    assert _read(_SALE).slips == [expected]


def test_a_void_is_positive_like_in_the_ledgers_and_has_its_own_voucher() -> None:
    slip = _read(_VOID).slips[0]
    assert (slip.type, slip.amount_minor, slip.stan) == ("void", 112850, "000124")
    assert slip.copy == "cardholder"


def test_a_wrong_sign_is_a_wrong_amount() -> None:
    assert _read(_SALE.replace("RMB 1", "RMB -1")).slips[0].amount_minor == -112850


def test_a_reprint_is_marked() -> None:
    assert _read(_SALE + "  ***重打印凭证/DUPLICATED***\n").slips[0].duplicate


def test_a_settlement_adds_domestic_and_foreign() -> None:
    settlement = _read(_SETTLEMENT).settlements[0]
    assert settlement.balanced
    assert settlement.totals == {"debit_count": 44, "debit_minor": 658320,
                                 "credit_count": 2, "credit_minor": 6200}  # fmt: skip


def test_an_unbalanced_half_shows() -> None:
    text = _SETTLEMENT.replace("外卡: 对账平", "外卡: 对账不平")
    assert not _read(text).settlements[0].balanced


def test_a_fault_slip() -> None:
    assert _read(_FAULT).faults == [("000017", "000125")]


def test_a_slip_cut_short_is_scrap() -> None:
    for text in (_SALE[: _SALE.index("金额")], _SETTLEMENT[:60], "故障报告单\n", "???"):
        paper = _read(text)
        assert paper.scrap == ["001.txt"]
        assert not paper.slips and not paper.settlements and not paper.faults


def test_a_transaction_list_is_no_slip() -> None:
    assert _read("       交易明细/TXN LIST\n") == Paper()
