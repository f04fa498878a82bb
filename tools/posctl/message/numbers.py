# SPDX-License-Identifier: MIT
"""Numbers of a capture and what stands for them in a replay: STAN, batch, RRN, code, date."""

_STAN_LAST = 999999
_BATCH_LAST = 999998
FOLLOWED = ("37", "38")  # RRN and authorisation code: those of an answer of this replay
DATE = "13"  # in F61.3


class Numbers:
    """Numbers of the capture and what they are in the replay."""

    def __init__(self, stan_offset: int, batch: int) -> None:
        self._offset = stan_offset
        self._batch = batch  # of the replay, where the first of the capture is seen
        self._batches = {}
        self._answers = {}  # (field, captured value): value now

    def stan(self, text: str) -> str:
        """Return a STAN of the replay; zeros stay."""
        number = int(text)
        return text if not number else f"{(number + self._offset - 1) % _STAN_LAST + 1:06d}"

    def batch(self, text: str) -> str:
        """Return a batch of the replay; a later one of the capture is as much later."""
        number = int(text)
        if not number:
            return text
        if number not in self._batches:
            near = max((one for one in self._batches if one < number), default=None)
            base = self._batch if near is None else self._batches[near] + number - near
            self._batches[number] = base
        return f"{(self._batches[number] - 1) % _BATCH_LAST + 1:06d}"

    def signed_on(self, captured: str, now: str) -> None:
        """A sign-on was answered with these batches."""
        if int(captured):
            self._batches[int(captured)] = int(now)

    def answered(self, captured: dict, now: dict) -> None:
        """Remember RRN, authorisation code and date of an answer."""
        for key in (*FOLLOWED, DATE):
            if key in captured and key in now:
                self._answers[key, captured[key]] = now[key]

    def of_answer(self, key: str, value: str) -> str:
        """Return the RRN, code or date that stands for a captured one."""
        return self._answers.get((key, value), value)
