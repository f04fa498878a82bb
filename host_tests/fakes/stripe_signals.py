# SPDX-License-Identifier: MIT
"""Stripe front ends at signal level, for both runtimes: lines over time, a shift-out chip, a UART.

Strict: what a real part would not stand (a pulse too short, DATA looked at when it is not valid, a
wake-up armed twice, a command nobody expects, a loop without end) raises AssertionError.
"""

from array import array

WRAP = 0x3FFFFFFF
START_US = WRAP - 3000  # so that every swipe crosses the wrap of the ticks


class FakeLines:
    """Lines of stripe_lines.py. `events` are (us, mask, level); every look takes `step_us`."""

    def __init__(self, events: list, idle: int, wake: int, edge: str, step_us: int = 2) -> None:
        self.register = array("I", [idle])
        self._events = sorted(events)
        self._at = 0
        self._wake = wake
        self._edge = edge
        self.step_us = step_us
        self.now = 0
        self.fed = []
        self.feed_us = 0  # what one call of feed costs
        self.latency_us = 30
        self.queued = 2  # wake-ups that the scheduler still holds when the handler ends
        self._handler = None
        self.armed = 0
        self._end = (self._events[-1][0] if events else 0) + 8000000

    def ticks(self) -> int:
        """Return the time, a look later."""
        self._advance(self.now + self.step_us)
        if self.now > self._end:
            raise AssertionError("the loop does not end")
        return (START_US + self.now) & WRAP

    def feed(self) -> None:
        """Keep when the watchdog was fed."""
        self.fed.append(self.now)
        self._advance(self.now + self.feed_us)

    def arm(self, handler: object) -> None:
        """Take the handler."""
        if self._handler is not None:
            raise AssertionError("armed twice")
        self._handler = handler
        self.armed += 1

    def disarm(self) -> None:
        """Forget the handler."""
        if self._handler is None:
            raise AssertionError("disarmed, but not armed")
        self._handler = None

    def play(self, until_us: int = 0) -> None:
        """Let time pass to the last event, or to a time; wake-ups call the handler."""
        while self._at < len(self._events):
            at, mask, level = self._events[self._at]
            if until_us and at > until_us:
                return
            before = self.register[0]
            self._advance(max(at, self.now))
            if mask & self._wake and before != self.register[0] and self._handler:
                if self._edge == "both" or (self._edge == "rising") == bool(level):
                    self._fire()

    def _fire(self) -> None:
        handler = self._handler
        self._advance(self.now + self.latency_us)
        for _ in range(1 + self.queued):
            handler(None)

    def _advance(self, to_us: int) -> None:
        self.now = to_us
        while self._at < len(self._events) and self._events[self._at][0] <= to_us:
            _, mask, level = self._events[self._at]
            self.register[0] = (self.register[0] | mask) if level else (self.register[0] & ~mask)
            self._at += 1


def clocked(
    bits: bytes, start_us: int, bit_us: int, strobe: int, data: int, low_us: int, late_us: int = -2
) -> list:
    """Events of a strobe and data pair: DATA changes `late_us` after the strobe falls."""
    events = []
    level = 1
    for n, bit in enumerate(bits):
        fall = start_us + n * bit_us
        if level == bit:  # low is a 1
            level = 1 - bit
            events.append((fall + late_us, data, level))
        events.append((fall, strobe, 0))
        events.append((fall + low_us, strobe, 1))
    return events


def toggles(intervals: object, start_us: int, line: int, idle: int = 0) -> list:
    """Events of a comparator output that changes at every transition."""
    events, now, level = [], start_us, 1 if idle & line else 0
    for gap in [0] + list(intervals):
        now += gap
        level = 1 - level
        events.append((now, line, level))
    return events


def spike(at_us: int, line: int, level: int, length_us: int) -> list:
    """Events of a short pulse to `level` and back."""
    return [(at_us, line, level), (at_us + length_us, line, 1 - level)]


class FakeDelta:
    """MagTek Delta ASIC: `data()`, `strobe(level)`, `sleep_us(n)`. Each call takes `call_ns`."""

    def __init__(self, call_ns: int = 1000) -> None:
        self._ns = 0
        self._call_ns = call_ns
        self._level = 1  # STROBE
        self._edge_ns = 0
        self._bits = None
        self._state = "idle"
        self._fell_ns = 0
        self._at = -1
        self.flag_ms = -1  # when the ZEROES flag comes down
        self.aux_ms = -1
        self.silent = False  # no BUFFER READY
        self.stuck = None  # DATA at this level whatever happens

    def swiped(self, tracks: tuple, revision: tuple = (0, 0), aux_after_ms: int = 0) -> None:
        """A card has gone through: three bit arrays from their first 1 on."""
        bits = bytearray(14) + bytes(revision)
        for track in tracks:
            if len(track) > 704:
                raise AssertionError("the chip holds 704 bits a track")
            bits += bytearray(track) + bytearray(704 - len(track))
        self._bits = bits
        self._state = "flag"
        self.aux_ms = self.ms + aux_after_ms if aux_after_ms else -1

    @property
    def ms(self) -> int:
        """Time in milliseconds."""
        return self._ns // 1000000

    def pass_ms(self, length: int) -> None:
        """Time passes while nobody looks."""
        self._ns += length * 1000000

    def sleep_us(self, length: int) -> None:
        """The driver waits."""
        self._ns += length * 1000

    def data(self) -> int:
        """The level of DATA."""
        self._ns += self._call_ns
        if self.stuck is not None:
            return self.stuck
        self._watchdog()
        if self._state == "flag":
            return 0
        if self._state == "cleared":
            return 0 if 0 <= self.aux_ms <= self.ms else 1
        if self._state == "stopped":
            ready = self._ns - self._edge_ns >= 30000 and not self.silent
            if ready:
                self._state = "ready"
            return 0 if ready else 1
        if self._state == "ready":
            return 0
        if self._state == "shifting":
            return self._shifted()
        return 0 if self._state == "resetting" else 1

    def _shifted(self) -> int:
        if self._level:
            if self._at + 1 < len(self._bits):
                raise AssertionError("DATA looked at while STROBE is high: the 0 ns hold is over")
            return 1
        if self._ns - self._fell_ns < 170:
            raise AssertionError("DATA looked at before it is valid")
        return 1 - self._bits[self._at] if self._at < len(self._bits) else 1

    def strobe(self, level: int) -> None:
        """Set STROBE."""
        self._ns += self._call_ns
        if level == self._level:
            if level and self._state == "idle":
                return  # the driver sets the idle level
            raise AssertionError("STROBE is at %d already" % level)
        width = self._ns - self._edge_ns
        self._edge_ns = self._ns
        self._level = level
        if level:
            self._rose(width)
        else:
            self._fell(width)

    def _fell(self, high_ns: int) -> None:
        self._fell_ns = self._ns
        if self._state == "idle" and self.stuck is None:
            raise AssertionError("STROBE before there is a card")
        if high_ns < (500 if self._state == "cleared" else 250):
            raise AssertionError("STROBE high for %d ns" % high_ns)
        if self._state == "stopped" and not self.silent:
            raise AssertionError("STROBE before BUFFER READY")
        if self._state in ("ready", "shifting"):
            self._state = "shifting"
            self._at += 1

    def _rose(self, low_ns: int) -> None:
        if self._state == "flag":
            self._state = "cleared"
            least = 500
        elif self._state == "cleared":
            self._state = "stopped"
            self._at = -1
            least = 12400
        else:
            least = 250
        if low_ns < least:
            raise AssertionError("STROBE low for %d ns, %d at least" % (low_ns, least))

    def _watchdog(self) -> None:
        """630 ms without a strobe: the buffer is cleared, DATA is low for up to 25 ms."""
        if self._state in ("shifting", "stopped", "ready"):
            if self._ns - self._fell_ns > 630000000:
                self._state = "resetting"
                self._edge_ns = self._ns
        elif self._state == "resetting" and self._ns - self._edge_ns > 25000000:
            self._state = "idle"


class FakeUart:
    """A UART: `say` puts bytes on the line, `expect` a command that must come next."""

    def __init__(self) -> None:
        self._waiting = b""
        self._expected = []

    def say(self, data: bytes) -> None:
        """The reader sends."""
        self._waiting += data

    def expect(self, data: bytes) -> None:
        """The driver is to send this."""
        self._expected.append(data)

    def read(self, length: int) -> object:
        """Return what is there, None when nothing is."""
        data, self._waiting = self._waiting[:length], self._waiting[length:]
        return data or None

    def write(self, data: bytes) -> None:
        """Check what the driver sends."""
        if not self._expected or self._expected.pop(0) != bytes(data):
            raise AssertionError("the reader was sent %r" % bytes(data))

    def done(self) -> bool:
        """Whether all that was expected has been sent."""
        return not self._expected
