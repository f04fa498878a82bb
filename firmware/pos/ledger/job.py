# SPDX-License-Identifier: MIT
"""A print job: a module of its own, because slips that are put off wait in the heap at idle."""


class Job:
    """A slip that is due: which, how many copies are proved, and whether the next one is begun."""

    def __init__(self, kind: int, batch: int, stan: int) -> None:
        self.kind = kind
        self.batch = batch
        self.stan = stan
        self.copies_proved = 0
        self.begun = False
