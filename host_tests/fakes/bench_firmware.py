# SPDX-License-Identifier: MIT
"""A firmware for tests of the host side: plays STATE_DIR/fake.json, fails on anything else.

    {"boot": [act, ...], "steps": [{"take": {...}, "act": [act, ...]}, ...], "tail": "hang"}

Started with the arguments of the real one (plan: bench link). Each input line must be the `take`
of the next step, to the last key. An act is an event to send ({"ev": "idle"} gets its `seen`), or
{"fake": "die"|"raw"|"sleep"|"hang"|"arguments"|"pid", ...}.
"""

import json
import os
import sys
import time


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class FakeFirmware:
    """One run of a scenario."""

    def __init__(self, arguments: list) -> None:
        self.arguments = arguments
        with open(os.path.join(arguments[1], "fake.json"), encoding="utf-8") as file:
            self.scenario = json.load(file)
        self.steps = list(self.scenario.get("steps", ()))
        self.seen = 0

    def run(self) -> None:
        """Boot, follow the steps, end with stdin."""
        self.act(self.scenario.get("boot", ()))
        for line in sys.stdin:
            self.take(json.loads(line))
        if self.scenario.get("tail") == "hang":
            time.sleep(600)
        if self.steps:
            self.fail("%d steps were not played" % len(self.steps))
        _say(json.dumps({"ev": "end", "flash_ops": 7, "heap_peak": 4242, "heap_idle": 2424}))

    def take(self, message: dict) -> None:
        """Check one input line and answer it."""
        self.seen += 1
        if not self.steps:
            self.fail("unscripted: " + json.dumps(message))
        step = self.steps.pop(0)
        if message != step["take"]:
            self.fail("wanted %s, got %s" % (json.dumps(step["take"]), json.dumps(message)))
        self.act(step.get("act", ()))

    def act(self, acts: list) -> None:
        """Send events and do what a broken firmware would do."""
        for act in acts:
            if "ev" in act:
                extra = {"seen": self.seen} if act["ev"] == "idle" else {}
                _say(json.dumps({**act, **extra}, ensure_ascii=False))
            else:
                getattr(self, "do_" + act["fake"])(act)

    def do_die(self, act: dict) -> None:
        """End in the middle of things."""
        sys.stderr.write(act.get("stderr", ""))
        sys.stderr.flush()
        os._exit(act["code"])

    def do_raw(self, act: dict) -> None:
        """Write what is no event."""
        _say(act["text"])

    def do_sleep(self, act: dict) -> None:
        """Be busy."""
        time.sleep(act["s"])

    def do_hang(self, _: dict) -> None:
        """Never come back."""
        time.sleep(600)

    def do_arguments(self, _: dict) -> None:
        """Tell what it was started with."""
        _say(json.dumps({"ev": "log", "arguments": self.arguments}))

    def do_pid(self, _: dict) -> None:
        """Tell who it is."""
        _say(json.dumps({"ev": "log", "pid": os.getpid()}))

    def fail(self, text: str) -> None:
        """Refuse what is not scripted."""
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
        os._exit(9)


if __name__ == "__main__":
    FakeFirmware(sys.argv[-5:]).run()
