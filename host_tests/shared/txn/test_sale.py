# SPDX-License-Identifier: MIT
"""Sale flow: what the cashier sees, what the host is asked, what the ledger holds."""

import unittest

from fakes import swipes
from fakes.board import Press, Sale
from fakes.hosts import Reply
from fakes.terminals import Terminal
from pos.core.errors import NoAnswer, NotSent

_CARD = swipes.flux(swipes.CARD_A)
_ON = ("sign_on", Reply())


def sale(pin="1234"):
    return Sale(12850, _CARD, pin)


class SaleTest(unittest.TestCase):
    def setUp(self):
        self.terminal = Terminal()

    def test_approved(self):
        self.terminal.run([sale()], [_ON, ("sale", Reply())])
        wanted = "boot signon idle sale.amount card.swipe pin.enter host.wait outcome.approved"
        self.assertEqual(self.terminal.screens(), wanted.split()[1:] + ["print.tear", "idle"])
        self.assertEqual(self.terminal.host.calls[1], ("sale", 2, 12850, True))
        book = self.terminal.book()
        self.assertEqual((book.totals.debit_minor, book.due), (12850, []))
        self.assertEqual(len(self.terminal.paper), 2)

    def test_without_pin(self):
        self.terminal.run([sale("")], [_ON, ("sale", Reply())])
        self.assertEqual(self.terminal.host.calls[1], ("sale", 2, 12850, False))

    def test_short_pin_is_asked_again(self):
        action = sale()
        action.answers["pin.enter"] = ["1", "ENTER", "CLEAR", "1", "2", "3", "4", "ENTER"]
        self.terminal.run([action], [_ON, ("sale", Reply())])
        self.assertEqual(self.terminal.host.calls[1], ("sale", 2, 12850, True))

    def test_approved_codes_with_a_note_count_as_approved(self):
        for code in ("11", "A2", "A4", "A5", "A6"):
            terminal = Terminal()
            terminal.run([sale()], [_ON, ("sale", Reply(code))])
            self.assertEqual(terminal.book().totals.debit_count, 1)

    def test_declined(self):
        self.terminal.run([sale()], [_ON, ("sale", Reply("51"))])
        self.assertIn("余额不足", self.terminal.lines("outcome.declined"))
        self.assertEqual(self.terminal.book().totals.debit_count, 0)
        self.assertEqual(self.terminal.paper, [])

    def test_key_error_answers_sign_on_again(self):
        self.terminal.run([sale()], [_ON, ("sale", Reply("77")), _ON])
        self.assertEqual(self.terminal.screens()[-1], "idle")

    def test_processing_requirement_3_signs_on_after_the_slip(self):
        self.terminal.run([sale()], [_ON, ("sale", Reply(requirement="3")), _ON])
        self.assertEqual(len(self.terminal.paper), 2)

    def test_not_sent_leaves_nothing_to_reverse(self):
        self.terminal.run([sale()], [_ON, ("sale", NotSent("link"))])
        self.assertIn("通讯失败,请检查网络", self.terminal.lines("error"))
        book = self.terminal.book()
        self.assertEqual((book.count, len(book.pending)), (0, 0))

    def test_clear_and_double_zero_in_the_amount(self):
        action = sale()
        action.answers["sale.amount"] = ["1", "2", "CLEAR", "00", "ENTER"]
        self.terminal.run([action], [_ON, ("sale", Reply())])
        self.assertEqual(self.terminal.host.calls[1][2], 100)

    def test_amount_zero_is_not_accepted(self):
        action = sale()
        action.answers["sale.amount"] = ["0", "ENTER", "7", "ENTER"]
        self.terminal.run([action], [_ON, ("sale", Reply())])
        self.assertEqual(self.terminal.host.calls[1][2], 7)

    def test_cancel_and_time_out_at_every_prompt(self):
        for way_out in ("CANCEL", "TIMEOUT"):
            for screen in ("sale.amount", "card.swipe", "pin.enter"):
                terminal = Terminal()
                action = sale()
                action.answers[screen] = [way_out]
                terminal.run([action], [_ON])
                self.assertEqual(terminal.screens()[-2:], [screen, "idle"])
                self.assertEqual(terminal.book().next_stan, 2)

    def test_digit_at_idle_starts_a_sale(self):
        action = sale()
        action.key = "1"
        action.answers["sale.amount"] = ["2", "8", "5", "0", "ENTER"]
        self.terminal.run([action], [_ON, ("sale", Reply())])
        self.assertEqual(self.terminal.host.calls[1][2], 12850)

    def test_swipe_first(self):
        action = sale()
        action.key = _CARD
        del action.answers["card.swipe"]
        self.terminal.run([action], [_ON, ("sale", Reply())])
        self.assertEqual(self.terminal.host.calls[1], ("sale", 2, 12850, True))

    def test_bad_swipe_at_idle_is_said_there(self):
        action = sale()
        action.key = (None, (bytearray(50), 50), None)
        self.terminal.run([action], [_ON])
        self.assertEqual(self.terminal.screens(), ["signon", "idle"])
        self.assertIn("读卡失败,请重刷", self.terminal.lines("idle"))

    def test_swipe_at_idle_is_not_read_when_full(self):
        action = sale()
        action.key = (None, (None, -1), None)
        terminal = Terminal(batch_max=1)
        terminal.run([sale(), action], [_ON, ("sale", Reply())])
        self.assertEqual(terminal.lines("store.full")[0], "请先结算")

    def test_bad_swipe_is_asked_again(self):
        action = sale()
        noise = (None, (bytearray(50), 50), None)
        action.answers["card.swipe"] = [noise, _CARD]
        self.terminal.run([action], [_ON, ("sale", Reply())])
        self.assertIn("读卡失败,请重刷", self.terminal.lines("card.swipe"))

    def test_signs_on_before_the_card_when_that_failed_at_boot(self):
        self.terminal.run([sale()], [("sign_on", NotSent("link")), _ON, ("sale", Reply())])
        self.assertEqual(self.terminal.book().totals.debit_count, 1)

    def test_refused_before_the_card_when_it_cannot_sign_on(self):
        no_link = ("sign_on", NotSent("link"))
        self.terminal.run([sale()], [no_link, no_link])
        self.assertIn("通讯失败,请检查网络", self.terminal.lines("error"))
        self.assertFalse("card.swipe" in self.terminal.screens())

    def test_refused_before_the_card_when_full(self):
        terminal = Terminal(batch_max=1)
        terminal.run([sale(), sale()], [_ON, ("sale", Reply())])
        self.assertEqual(terminal.lines("store.full")[0], "请先结算")
        self.assertEqual(terminal.screens().count("card.swipe"), 1)


class NoAnswerTest(unittest.TestCase):
    def setUp(self):
        self.terminal = Terminal()

    def test_reversed_at_once(self):
        script = [_ON, ("sale", NoAnswer("silence")), ("reverse", "00")]
        self.terminal.run([sale()], script)
        self.assertEqual(self.terminal.host.calls[2], ("reverse", 2, "98"))
        self.assertIn("已冲正,交易未成立", self.terminal.lines("outcome.unknown"))
        self.assertEqual(len(self.terminal.book().pending), 0)
        self.assertEqual(self.terminal.paper, [])

    def test_reason_of_a_bad_mac(self):
        script = [_ON, ("sale", NoAnswer("mac", "A0")), _ON, ("reverse", "25")]
        self.terminal.run([sale()], script)
        self.assertEqual(self.terminal.host.calls[3], ("reverse", 2, "A0"))

    def test_pending_reversal_goes_out_before_the_next_sale(self):
        script = [
            _ON,
            ("sale", NoAnswer("silence")),
            ("reverse", NoAnswer("silence")),
            ("reverse", "00"),
            ("sale", Reply()),
        ]
        self.terminal.run([sale(), sale()], script)
        self.assertEqual(self.terminal.host.calls[-1], ("sale", 3, 12850, True))

    def test_next_sale_is_given_up_when_the_reversal_cannot_be_sent(self):
        script = [
            _ON,
            ("sale", NoAnswer("silence")),
            ("reverse", NotSent("link")),
            ("reverse", NotSent("link")),
        ]
        self.terminal.run([sale(), sale()], script)
        book = self.terminal.book()
        self.assertEqual((len(book.pending), book.next_stan), (1, 3))

    def test_never_dropped_after_the_last_try(self):
        silence = ("reverse", NoAnswer("silence"))
        script = [_ON, ("sale", NoAnswer("silence")), silence, silence, silence, ("sale", Reply())]
        self.terminal.run([sale(), sale()], script)
        pending = list(self.terminal.book().pending.values())
        self.assertEqual([(d.stan, d.unresolved) for d in pending], [(2, True)])
        self.assertEqual(len(self.terminal.paper), 3)  # fault slip, two copies of the sale
        self.assertIn("未决冲正 1笔", self.terminal.lines("idle"))

    def test_unresolved_is_tried_again_at_sign_on(self):
        silence = ("reverse", NoAnswer("silence"))
        script = [_ON, ("sale", NoAnswer("silence")), silence, _ON, silence, silence]
        self.terminal.run([sale(), Press("F4")], script)
        self.assertTrue(list(self.terminal.book().pending.values())[0].unresolved)
        self.terminal.run([], [_ON, ("reverse", "00")])
        self.assertEqual(len(self.terminal.book().pending), 0)

    def test_other_codes_do_not_end_a_reversal(self):
        script = [_ON, ("sale", NoAnswer("silence")), ("reverse", "96"), _ON, ("reverse", "12")]
        self.terminal.run([sale(), Press("F4")], script)
        self.assertEqual(self.terminal.host.calls[-1], ("reverse", 2, "06"))
        self.assertEqual(len(self.terminal.book().pending), 0)

    def test_pin_is_encrypted_under_the_keys_of_the_last_sign_on(self):
        script = [
            _ON,
            ("sale", NoAnswer("silence")),
            ("reverse", NoAnswer("silence")),
            ("reverse", NoAnswer("mac", "A0")),
            _ON,
            ("reverse", "00"),
            ("sale", Reply()),
        ]
        self.terminal.run([sale(), sale()], script)
        self.assertEqual([block[7] for block in self.terminal.host.blocks], [1, 2])

    def test_pin_block_is_zeroed_however_the_exchange_ends(self):
        for reply in (Reply(), Reply(response="55"), NotSent("link"), NoAnswer("silence")):
            terminal = Terminal()
            script = [_ON, ("sale", reply)]
            if isinstance(reply, NoAnswer):
                script.append(("reverse", "00"))
            terminal.run([sale()], script)
            self.assertTrue(any(terminal.host.blocks[0]))
            self.assertEqual(terminal.host.held[0], bytes(8))

    def test_reversal_goes_out_at_boot(self):
        script = [_ON, ("sale", NoAnswer("silence")), ("reverse", NotSent("link"))]
        self.terminal.run([sale()], script)
        self.terminal.run([], [_ON, ("reverse", "00")])
        self.assertEqual(len(self.terminal.book().pending), 0)
