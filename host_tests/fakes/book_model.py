# SPDX-License-Identifier: MIT
"""The books of one card as they fit in one's head, and a terminal that plays against them.

`Day.play(action, which, amount)` sends one request (or none, when there is nothing to do it to),
having worked out the answer first: F39 of every exchange is asserted. Rules: README of the
acquirer simulator.
"""

from fakes.mini_terminal import KINDS, PIN, MiniTerminal, f48, repeated

CARD, CARD_MINOR = "6212345678901232", 5000
RECEIVER = "6250930000000051"
PERCENT = 115
DEBITS = ("sale", "completion", "advice", "offline")
CREDITS = ("void", "refund", "completion_void")
TAKES_BACK = ("void", "preauth_void", "completion_void")
REPEATABLE = ("refund", "advice", "offline", "adjust", "tip")
_IN_PART = "22%06d000201"


class Item:
    """One transaction: what was sent, what came back, what it has become."""

    def __init__(self, kind, fields, answer, amount, origin=None):
        self.kind, self.fields, self.answer, self.amount = kind, fields, answer, amount
        self.batch = int(fields[60][2:8])
        self.origin = origin
        self.state = "approved" if answer.code in ("00", "10") else "declined"
        self.refunded = 0
        self.adjusted = None
        self.closer = None  # of a hold: the completion that used it

    @property
    def worth(self):
        return self.amount if self.adjusted is None else self.adjusted

    @property
    def touched(self):
        return self.refunded or self.adjusted is not None

    @property
    def holds(self):
        used = self.closer is not None and self.closer.state == "approved"
        return self.kind in ("preauth", "additional") and self.state == "approved" and not used

    @property
    def effect(self):
        """What it did to the card's balance, as long as it is not reversed."""
        if self.state in ("declined", "reversed"):
            return 0
        if self.kind in DEBITS or self.kind == "transfer":
            return -self.worth
        return self.amount if self.kind in CREDITS else 0


class Day:
    """The model and its terminal."""

    def __init__(self, terminal: MiniTerminal) -> None:
        self.terminal = terminal
        self.items = []

    # what the model knows

    @property
    def balance(self):
        return CARD_MINOR + sum(item.effect for item in self.items)

    @property
    def held(self):
        return sum(item.amount for item in self.items if item.holds)

    @property
    def available(self):
        return self.balance - self.held

    def totals(self, batch):
        """Return (count, minor) of debit and of credit."""
        counted = [i for i in self.items if i.batch == batch and i.state in ("approved", "voided")]
        debit = [item.worth for item in counted if item.kind in DEBITS]
        credit = [item.amount for item in counted if item.kind in CREDITS]
        return (len(debit), sum(debit)), (len(credit), sum(credit))

    def pick(self, which, *kinds):
        """Return one of the earlier transactions of these kinds, the latest for 0."""
        fit = [item for item in self.items if not kinds or item.kind in kinds]
        return fit[-1 - which % len(fit)] if fit else None

    def send(self, kind, fields, code, amount, origin=None):
        """Exchange, assert F39, keep; return the item."""
        answer = self.terminal.play(kind, fields)
        assert answer.code == code, (kind, answer.code, code)
        self.items.append(Item(kind, fields, answer, amount, origin))
        return self.items[-1]

    # what can be done

    def play(self, action, which, amount):
        getattr(self, action)(which, amount)

    def _fields(self, kind, amount, **more):
        return self.terminal.fields(kind, amount, CARD, **more)

    def _funds(self, amount):
        return "00" if amount <= self.available else "51"

    def sale(self, which, amount):
        self.send("sale", self._fields("sale", amount), self._funds(amount), amount)

    def sale_in_part(self, which, amount):
        left = self.available
        code = "00" if amount <= left else "10" if left > 0 else "51"
        fields = {**self._fields("sale", amount), 60: _IN_PART % self.terminal.batch}
        self.send("sale", fields, code, left if code == "10" else amount)

    def balance_inquiry(self, which, amount):
        left = self.available
        item = self.send("balance", self._fields("balance", 0), "00", 0)
        sign = "C" if left >= 0 else "D"
        assert item.answer.fields[54] == f"1002156{sign}{abs(left):012d}"

    def transfer(self, which, amount):
        fields = self._fields("transfer", amount, pin=PIN, f48=RECEIVER.rjust(20, "0"))
        self.send("transfer", fields, self._funds(amount), amount)

    def offline(self, which, amount):
        self.send("offline", self.terminal.offline_fields(amount, CARD), "00", amount)

    def void(self, which, amount):
        self._take_back("void", self.pick(which, "sale"))

    def completion_void(self, which, amount):
        self._take_back("completion_void", self.pick(which, "completion", "advice"))

    def _take_back(self, kind, origin):
        if origin is None or origin.state == "declined":
            return
        fields = self.terminal.on_original(kind, origin.answer, origin.amount, CARD)
        if kind == "void":
            fields[61] = fields[61][:12]
        code = self._of_this_batch(origin)
        self.send(kind, fields, code, origin.amount, origin)
        if code == "00":
            origin.state = "voided"

    def _of_this_batch(self, origin):
        """What a void or an adjustment is answered."""
        if origin.state == "reversed":
            return "25"
        if origin.batch != self.terminal.batch:
            return "22"
        return "12" if origin.state == "voided" or origin.touched else "00"

    def preauth(self, which, amount):
        self.send("preauth", self._fields("preauth", amount), self._funds(amount), amount)

    def _hold(self, which):
        found = self.pick(which, "preauth", "additional")
        return found if found and found.state != "declined" else None

    def additional(self, which, amount):
        base = self._hold(which)
        if base is None:
            return
        code = self._usable(base)
        named = {"f38": base.answer.fields[38], "f61": "0" * 16}
        code = self._funds(amount) if code == "00" else code
        fields = self._fields("additional", amount, **named)
        self.send("additional", fields, code, amount, base.origin or base)

    def _usable(self, hold):
        if hold.state in ("reversed", "voided"):
            return "25"
        return "00" if hold.holds else "12"

    def preauth_void(self, which, amount):
        hold = self._hold(which)
        if hold is None:
            return
        code = "25" if hold.state == "reversed" else "00" if hold.holds else "12"
        fields = self.terminal.on_hold("preauth_void", hold.answer, hold.amount, CARD)
        self.send("preauth_void", fields, code, hold.amount, hold)
        if code == "00":
            hold.state = "voided"

    def completion(self, which, amount, kind="completion"):
        hold = self._hold(which)
        if hold is None:
            return
        group = [i for i in self.items if i is hold or (i.origin is hold and i.holds)]
        code = self._usable(hold)
        if code == "00" and amount * 100 > sum(item.amount for item in group) * PERCENT:
            code = "61"
        fields = self.terminal.on_hold(kind, hold.answer, amount, CARD)
        done = self.send(kind, fields, code, amount, hold)
        if code == "00":
            for item in group:
                item.closer = done

    def advice(self, which, amount):
        self.completion(which, amount, "advice")

    def refund(self, which, amount):
        origin = self.pick(which, *DEBITS)
        if origin is None:
            return
        code = {"declined": "25", "reversed": "25", "voided": "12"}.get(origin.state, "00")
        if code == "00" and origin.refunded + amount > origin.worth:
            code = "61"
        fields = self.terminal.refund_fields(origin.answer, amount, CARD)
        self.send("refund", fields, code, amount, origin)
        if code == "00":
            origin.refunded += amount

    def adjust(self, which, amount):
        self._adjust("adjust", self.pick(which, "offline"), amount, 0)

    def tip(self, which, amount):
        origin = self.pick(which, "sale", "offline")
        self._adjust("tip", origin, (origin.amount if origin else 0) + amount, amount)

    def _adjust(self, kind, origin, amount, tip):
        if origin is None or origin.state == "declined":
            return
        code = self._of_this_batch(origin)
        fields = self.terminal.adjust_fields(kind, origin.answer, amount, tip)
        self.send(kind, fields, code, amount, origin)
        if code == "00":
            origin.adjusted = amount

    def reverse(self, which, amount):
        item = self.pick(which)
        if item is None or item.kind in REPEATABLE or item.kind == "balance":
            return
        code = {"declined": "25", "reversed": "00", "voided": "12"}.get(item.state)
        if code is None:
            used = item.kind in ("preauth", "additional") and not item.holds
            code = "12" if used or item.touched else "00"
        assert self.terminal.reverse(item.fields).code == code, (item.kind, code)
        if code == "00" and item.state == "approved":
            item.state = "reversed"
            if item.kind in TAKES_BACK:
                item.origin.state = "approved"

    def reverse_early(self, which, amount):
        kind = ("sale", "preauth")[which % 2]
        fields = self._fields(kind, amount)
        assert self.terminal.reverse(fields).code == "25"
        self.send(kind, fields, "12", amount)

    def repeat(self, which, amount):
        item = self.pick(which)
        if item is None:
            return
        again = repeated(item.fields, CARD) if which % 2 else item.fields
        if item.kind not in REPEATABLE:
            assert self.terminal.play(item.kind, item.fields).code == "94"
            return
        answer = self.terminal.play(item.kind, again)
        for number in (37, 38, 39):
            assert answer.fields.get(number) == item.answer.fields.get(number)

    def settle(self, which, amount):
        totals = f48(*self.totals(self.terminal.batch))
        for _ in range(2):
            answer = self.terminal.settle(totals, self.terminal.batch)
            assert answer.fields[48] == totals[:30] + "1" + totals[31:61] + "1"
        self.terminal.sign_on()


ACTIONS = (
    *("sale", "sale_in_part", "balance_inquiry", "transfer", "offline", "void", "preauth"),
    *("additional", "preauth_void", "completion", "advice", "completion_void", "refund"),
    *("adjust", "tip", "reverse", "reverse", "reverse_early", "repeat", "repeat", "settle"),
)
assert {"preauth", "advice"} <= set(KINDS)
