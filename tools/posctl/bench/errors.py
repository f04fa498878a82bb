# SPDX-License-Identifier: MIT
"""How a bench run can fail, and the exit code of each way."""

EXIT_BAD_INPUT = 2  # a bad script line, like every other bad input of posctl
EXIT_FATAL = 3  # the firmware refused to start: broken flash, bad profile
EXIT_UNMET = 4  # a wait or an expect was not met
EXIT_DIED = 5  # the firmware ended without being asked to
EXIT_CUT = 99  # power was cut where --cut-at said


class RunError(Exception):
    """One clear line, and the exit code it leads to."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text)
        self.code = code


class LineError(RunError):
    """A script line that cannot be played, or whose wait or expect was not met."""

    def __init__(self, line: int, text: str, code: int = EXIT_BAD_INPUT) -> None:
        super().__init__(f"line {line}: {text}", code)
        self.line = line


class PowerGone(Exception):
    """The terminal is no longer there (cut, fatal, dead, ended): nothing more can be played."""
