# SPDX-License-Identifier: MIT
"""The panel against a strict chip, and the screens it shows, dot by dot."""

import gc
import sys
import unittest

import vectors_io
from drivers.oled_screen import Screen, open_font
from drivers.ssd1306 import Panel
from fakes.oled import FakeOled
from pos.core.errors import ProfileError

_ROOT = vectors_io.__file__.rsplit("/", 2)[0]
_FONT = open_font(_ROOT + "/boards/esp32_devkit/font16.bin")
_SALE = ["请输入金额", "金额 RMB 128.50", "确认/更正/取消"]
_MENU = ["功能菜单"] + [" %d 消费" % (i + 1) for i in range(7)]
_MICROPYTHON = sys.implementation.name == "micropython"
_PICTURE_MAX_BYTES = 1100


def text(lines):
    """Return a text of dots with its empty ends cut, so that vectors stay readable."""
    return "\n".join([line.rstrip(".") for line in lines]) + "\n"


class PanelTest(unittest.TestCase):
    def setUp(self):
        self.oled = FakeOled()
        self.panel = Panel(self.oled)

    def test_nothing_is_sent_before_the_first_picture(self):
        self.assertFalse(self.panel.ok)
        self.assertEqual(self.oled.set, {})

    def test_start(self):
        self.panel.put(3, 127, bytes([0x81]), 0, 1)
        self.panel.send()
        self.assertTrue(self.oled.on and self.panel.ok)
        picture = self.oled.picture()
        lit = [(i, picture[i].find("#")) for i in range(64) if "#" in picture[i]]
        self.assertEqual(lit, [(24, 127), (31, 127)])
        self.assertEqual(self.oled.set[0x81], 0x7F)

    def test_only_changed_pages_are_sent(self):
        self.panel.send()
        self.oled.pages_sent.clear()
        self.panel.send()
        self.assertEqual(self.oled.pages_sent, [])
        self.panel.put(5, 0, bytes([1]), 0, 1)
        self.panel.put(2, 9, bytes([0]), 0, 1)  # it is 0 already
        self.panel.send()
        self.assertEqual(self.oled.pages_sent, [5])

    def test_other_address(self):
        oled = FakeOled(0x3D)
        Panel(oled, 0x3D).send()
        self.assertTrue(oled.on)

    def test_contrast_and_power(self):
        self.panel.contrast(0x20)  # not running yet: kept
        self.panel.power(False)
        self.assertEqual(self.oled.set, {})
        self.panel.send()
        self.assertEqual((self.oled.set[0x81], self.oled.on), (0x20, False))
        self.panel.contrast(255)
        self.panel.power(True)
        self.assertEqual((self.oled.set[0x81], self.oled.on), (255, True))
        self.panel.power(False)
        self.assertFalse(self.oled.on)

    def test_a_cut_at_every_transfer_is_made_good(self):
        cuts = 0
        while True:
            oled = FakeOled()
            panel = Panel(oled)
            panel.put(4, 4, bytes([0x55]), 0, 1)
            oled.dead = cuts
            panel.send()
            if panel.ok:
                break
            oled.dead = -1
            oled.power_on()
            panel.send()
            self.assertTrue(panel.ok and oled.on)
            self.assertEqual(oled.ram[4 * 128 + 4], 0x55)
            cuts += 1
        self.assertEqual(cuts, 2 + 16 + 1)

    def test_pulled_out_and_plugged_in_again(self):
        self.panel.send()
        self.oled.unplugged = True
        self.panel.put(1, 1, bytes([0x33]), 0, 1)
        self.panel.send()
        self.panel.contrast(9)
        self.assertFalse(self.panel.ok)
        self.oled.unplugged = False
        self.oled.power_on()
        self.panel.send()
        self.assertTrue(self.panel.ok)
        self.assertEqual((self.oled.ram[129], self.oled.set[0x81]), (0x33, 9))

    def test_memory_of_the_picture(self):
        self.assertLessEqual(len(self.panel._picture), _PICTURE_MAX_BYTES)


class ScreenTest(unittest.TestCase):
    def setUp(self):
        self.oled = FakeOled()
        self.screen = Screen(Panel(self.oled), _FONT)

    def show(self, *lines, screen="error"):
        self.oled.pages_sent.clear()
        self.screen.show(screen, list(lines))
        return self.oled.picture()

    def glyph(self, char):
        """Return the 16 rows of a character that is shown alone."""
        oled = FakeOled()
        Screen(Panel(oled), _FONT).show("error", [char])
        return [line[: 16 if ord(char) > 0x2E80 else 8] for line in oled.picture()[:16]]

    def row_is(self, row, chars):
        """Check one row of the picture against glyphs shown alone."""
        picture = self.oled.picture()[16 * row : 16 * row + 16]
        glyphs = [self.glyph(char) for char in chars]
        for y in range(16):
            wanted = "".join([glyph[y] for glyph in glyphs])
            wanted += "." * (128 - len(wanted))
            self.assertEqual(picture[y], wanted, "row %d line %d" % (row, y))

    def test_golden_sale_amount(self):
        golden = vectors_io.load_bytes("screens/sale_amount_zh.txt").decode()
        self.assertEqual(text(self.show(*_SALE)), golden)

    def test_rows(self):
        self.show("签到成功", "", "A1 ¥", "单")
        for row, chars in enumerate(("签到成功", "", "A1 ¥", "单")):
            self.row_is(row, chars)

    def test_a_new_screen_leaves_nothing_of_the_old(self):
        self.show("消费撤销", "SIGN ON AGAIN", "3", "4")
        self.show("A")
        for row, chars in enumerate(("A", "", "", "")):
            self.row_is(row, chars)

    def test_a_digit_changes_one_row(self):
        self.show("金额", "1", "确认")
        self.show("金额", "12", "确认")
        self.assertTrue(self.oled.pages_sent and set(self.oled.pages_sent) <= {2, 3})
        self.show("金额", "12", "确认")
        self.assertEqual(self.oled.pages_sent, [])

    def test_unknown_characters_are_boxes(self):
        self.show("龘\u0007é\U0001f4b3")
        picture = self.oled.picture()
        self.assertEqual(
            picture[1],
            "." + "#" * 14 + ".." + "#" * 6 + ".." + "#" * 6 + ".." + "#" * 14 + "." * 81,
        )
        self.assertEqual(picture[13], picture[1])
        self.assertEqual(picture[7][:24], ".#............#..#....#.")

    def test_every_word_has_its_glyphs(self):
        box = self.glyph("龘")
        from pos.ui import strings

        with open(strings.__file__, "rb") as file:
            words = file.read().decode()
        seen = set()
        for char in words:
            if ord(char) > 0x7F and char not in seen:
                seen.add(char)
                self.assertNotEqual(self.glyph(char), box, char)
        self.assertGreater(len(seen), 150)

    def test_long_lines_go_on_at_a_space(self):
        self.show("OK", "AMOUNT RMB 128.50", "END")
        for row, chars in enumerate(("OK", "AMOUNT RMB", "128.50", "END")):
            self.row_is(row, chars)

    def test_long_lines_without_a_space(self):
        self.show("请联系收单行人工处", "0123456789ABCDEFG")
        self.row_is(0, "请联系收单行人工")
        self.row_is(1, "处")
        self.row_is(2, "0123456789ABCDEF")
        self.row_is(3, "G")

    def test_a_hanzi_is_not_cut_in_two(self):
        self.show("A请联系收单行人工")
        self.row_is(0, "A请联系收单行人")
        self.row_is(1, "工")

    def test_a_full_row_and_its_space(self):
        self.show("T", "0123456789ABCDEF X")
        self.row_is(1, "0123456789ABCDEF")
        self.row_is(2, "X")

    def arrows(self):
        lines = self.oled.picture()[:16]
        corner = [line[120:] for line in lines]
        return tuple(["#" in "".join(half) for half in (corner[:8], corner[8:])])

    def test_what_does_not_fit_is_scrolled_to(self):
        self.show("T", "1", "2", "3", "4", "5")
        self.assertEqual(self.arrows(), (False, True))
        self.row_is(3, "3")
        self.assertTrue(self.screen.scroll("DOWN"))
        self.assertEqual(self.arrows(), (True, True))
        self.assertTrue(self.screen.scroll("DOWN"))
        self.assertEqual(self.arrows(), (True, False))
        self.row_is(1, "3")
        self.row_is(3, "5")
        self.screen.scroll("DOWN")  # round again
        self.row_is(1, "1")
        self.screen.scroll("UP")
        self.row_is(3, "5")
        self.row_is(1, "3")

    def test_a_new_screen_starts_at_its_top(self):
        self.show("T", "1", "2", "3", "4", "5")
        self.screen.scroll("UP")
        self.show("T", "A", "B", "C", "D", "E")
        self.row_is(1, "A")

    def test_the_same_screen_again_sends_nothing(self):
        lines = ("T", "1", "2", "3", "4", "5")
        self.show(*lines)
        self.show(*lines)
        self.assertEqual(self.oled.pages_sent, [])

    def test_nothing_to_scroll(self):
        self.show("T", "1", "2", "3", "", "")
        self.assertEqual(self.arrows(), (False, False))
        self.assertFalse(self.screen.scroll("DOWN"))
        self.show(*_MENU, screen="menu")
        self.assertFalse(self.screen.scroll("DOWN"))

    def test_arrows_take_no_digit_away(self):
        self.show("0123456789ABCDEF", "1", "2", "3", "4")
        self.row_is(0, "0123456789ABCDEF")
        self.assertIn("#", "".join([line[120:] for line in self.oled.picture()[16:32]]))
        full = ["0123456789ABCDEF"] * 5
        self.show(*full)  # no room for arrows at all
        for row in range(4):
            self.row_is(row, full[0])
        self.assertTrue(self.screen.scroll("UP"))

    def test_double_spaces_are_single_here(self):
        self.show("T", "批次 000017  12笔")
        self.row_is(1, "批次 000017 12笔")

    def test_the_menu_line_is_in_sight(self):
        for at in range(7):
            lines = list(_MENU)
            lines[at + 1] = ">" + lines[at + 1][1:]
            self.show(*lines, screen="menu")
            self.row_is(min(at, 2) + 1, lines[at + 1])

    def test_lines_have_an_end(self):
        self.show(*(["X" * 500] * 40))
        self.assertEqual(len(self.screen._rows), 16)

    def test_no_lines(self):
        self.show()
        self.show("")
        self.row_is(0, "")

    def test_wrong_font(self):
        self.assertRaises(ProfileError, Screen, Panel(self.oled), _FONT[:-1])

    def test_heap_does_not_grow(self):
        if not _MICROPYTHON:
            self.skipTest("CPython has no gc.mem_alloc")
        sizes = [0] * 30
        for i in range(30):
            self.screen.show("sale.amount", ["请输入金额", "金额 RMB %d.00" % (i + 100), "确认"])
            self.screen.show("error", ["SIGN ON AGAIN", "0123456789ABCDEFG", "", "", "5", "6"])
            self.oled.pages_sent.clear()
            gc.collect()
            sizes[i] = gc.mem_alloc()
        self.assertLessEqual(max(sizes[10:]) - sizes[9], 0)


if __name__ == "__main__":
    unittest.main()
