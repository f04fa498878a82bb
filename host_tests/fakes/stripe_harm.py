# SPDX-License-Identifier: MIT
"""What goes wrong with a swipe, for the shared tests: one kind of harm a function, repeatable.

`values` are flux intervals; all functions return new ones. Transition k lies between the intervals
k - 1 and k, as `flux` makes them: the middle of a 1, then the border behind each bit.
"""

from array import array


def border(bits: bytes, n: int) -> int:
    """Return the transition behind bit `n`."""
    return n + sum(bits[: n + 1])


def middle(bits: bytes, n: int) -> int:
    """Return the transition in the middle of bit `n`, a 1."""
    if not bits[n]:
        raise ValueError(n)
    return border(bits, n) - 1


def lose(values: object, *transitions: int) -> array:
    """Return the intervals without these transitions."""
    out = array("H")
    for k, value in enumerate(values):
        if k in transitions:
            out[-1] += value
        else:
            out.append(value)
    return out


def add(values: object, n: int, *tenths: int) -> array:
    """Return the intervals with transitions more in interval `n`, at so many tenths of it."""
    out = array("H", values[:n])
    last = 0
    for tenth in tenths:
        out.append(values[n] * (tenth - last) // 10)
        last = tenth
    out.append(values[n] - sum(out[n:]))
    out.extend(array("H", values[n + 1 :]))
    return out


def tilt(values: object, percent: int, cell_us: int) -> array:
    """Return the intervals where every second transition is `percent` of a cell late."""
    shift = cell_us * percent // 100
    out = array("H")
    for k, value in enumerate(values):
        out.append(value - shift if k & 1 else value + shift)
    return out


def stall(values: object, first: int, count: int) -> array:
    """Return the intervals with a hand that slows down to a quarter and goes on, over `count`."""
    out = array("H", values)
    top = (count + 1) // 2
    for k in range(count):
        out[first + k] = values[first + k] * (top + 3 * min(k + 1, count - k)) // top
    return out


def ticks(values: object, step_us: int) -> array:
    """Return the intervals as a timer of `step_us` steps measures them."""
    out = array("H")
    now = seen = 0
    for value in values:
        now += value
        out.append(now // step_us * step_us - seen)
        seen += out[-1]
    return out
