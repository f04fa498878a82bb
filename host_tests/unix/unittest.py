# SPDX-License-Identifier: MIT
"""The part of CPython's unittest that the shared tests use, for MicroPython, which has none.

`run_unix.py` starts one interpreter per test file and calls `run_module` here; its last line of
output is the verdict that `run_unix.py` reads. Under pytest the real unittest is used instead.
"""

import sys

VERDICT = "@verdict"


class SkipTest(Exception):
    """Raised to skip a test, or a whole file when raised at import."""


class _Raises:
    """What `assertRaises(Error)` returns: a context manager which keeps the exception."""

    def __init__(self, expected: object) -> None:
        self._expected = expected
        self.exception = None

    def __enter__(self) -> object:
        return self

    def __exit__(self, kind: object, value: object, trace: object) -> bool:
        if kind is None:
            raise AssertionError("%r not raised" % (self._expected,))
        if not issubclass(kind, self._expected):
            return False
        self.exception = value
        return True


class TestCase:
    """One fixture: `setUp`, each `test*` method, `tearDown`."""

    def setUp(self) -> None:
        """Prepare one test."""

    def tearDown(self) -> None:
        """Clear up after one test."""

    def skipTest(self, reason: str) -> None:
        """Skip the running test."""
        raise SkipTest(reason)

    def fail(self, msg: object = None) -> None:
        """Fail the running test."""
        raise AssertionError(msg or "failed")

    def _check(self, good: bool, text: str, msg: object) -> None:
        if not good:
            raise AssertionError(text if msg is None else "%s : %s" % (text, msg))

    def assertEqual(self, first: object, second: object, msg: object = None) -> None:
        """first == second."""
        self._check(first == second, "%r != %r" % (first, second), msg)

    def assertNotEqual(self, first: object, second: object, msg: object = None) -> None:
        """first != second."""
        self._check(first != second, "%r == %r" % (first, second), msg)

    def assertTrue(self, value: object, msg: object = None) -> None:
        """bool(value) is True."""
        self._check(bool(value), "%r is not true" % (value,), msg)

    def assertFalse(self, value: object, msg: object = None) -> None:
        """bool(value) is False."""
        self._check(not value, "%r is not false" % (value,), msg)

    def assertIs(self, first: object, second: object, msg: object = None) -> None:
        """Both are the same object."""
        self._check(first is second, "%r is not %r" % (first, second), msg)

    def assertIsNot(self, first: object, second: object, msg: object = None) -> None:
        """The two are different objects."""
        self._check(first is not second, "both are %r" % (first,), msg)

    def assertIsNone(self, value: object, msg: object = None) -> None:
        """value is None."""
        self._check(value is None, "%r is not None" % (value,), msg)

    def assertIsNotNone(self, value: object, msg: object = None) -> None:
        """value is not None."""
        self._check(value is not None, "unexpectedly None", msg)

    def assertIn(self, member: object, container: object, msg: object = None) -> None:
        """member in container."""
        self._check(member in container, "%r not in %r" % (member, container), msg)

    def assertNotIn(self, member: object, container: object, msg: object = None) -> None:
        """member not in container."""
        self._check(member not in container, "%r in %r" % (member, container), msg)

    def assertIsInstance(self, value: object, kind: object, msg: object = None) -> None:
        """isinstance(value, kind)."""
        self._check(isinstance(value, kind), "%r is not a %r" % (value, kind), msg)

    def assertGreater(self, first: object, second: object, msg: object = None) -> None:
        """first > second."""
        self._check(first > second, "%r not > %r" % (first, second), msg)

    def assertGreaterEqual(self, first: object, second: object, msg: object = None) -> None:
        """first >= second."""
        self._check(first >= second, "%r not >= %r" % (first, second), msg)

    def assertLess(self, first: object, second: object, msg: object = None) -> None:
        """first < second."""
        self._check(first < second, "%r not < %r" % (first, second), msg)

    def assertLessEqual(self, first: object, second: object, msg: object = None) -> None:
        """first <= second."""
        self._check(first <= second, "%r not <= %r" % (first, second), msg)

    def assertRaises(self, expected: object, call: object = None, *args, **kwargs) -> object:
        """call(*args) raises `expected`; without a call, a context manager with `.exception`."""
        context = _Raises(expected)
        if call is None:
            return context
        with context:
            call(*args, **kwargs)
        return None


def skip(reason: str) -> object:
    """Decorator: skip a test method or a whole TestCase."""

    def decorate(item: object) -> object:
        if isinstance(item, type):
            item.skip_reason = reason
            return item

        def skipped(*args) -> None:
            raise SkipTest(reason)

        return skipped

    return decorate


def skipIf(condition: object, reason: str) -> object:
    """Decorator: skip when the condition holds."""
    return skip(reason) if condition else lambda item: item


def skipUnless(condition: object, reason: str) -> object:
    """Decorator: skip unless the condition holds."""
    return skipIf(not condition, reason)


def _run_test(case: object, name: str) -> None:
    """Run one test of a fresh fixture; tearDown runs after any failure but one of setUp."""
    case.setUp()
    try:
        getattr(case, name)()
    finally:
        case.tearDown()


def _run_one(kind: type, name: str, counts: dict) -> None:
    try:
        reason = getattr(kind, "skip_reason", None)
        if reason is not None:
            raise SkipTest(reason)
        _run_test(kind(), name)
        counts["passed"] += 1
    except SkipTest as skipped:
        counts["skipped"] += 1
        print("skipped %s.%s: %s" % (kind.__name__, name, skipped))
    except Exception as error:  # any error of the code under test is this test's failure
        counts["failed"] += 1
        print("FAILED %s.%s" % (kind.__name__, name))
        sys.print_exception(error, sys.stdout)


def _run_cases(module: object, counts: dict) -> None:
    for name in sorted(dir(module)):
        kind = getattr(module, name)
        if not isinstance(kind, type) or kind is TestCase or not issubclass(kind, TestCase):
            continue
        for method in sorted(dir(kind)):
            if method.startswith("test"):
                _run_one(kind, method, counts)


def run_module(name: str) -> None:
    """Import a test module by name, run its TestCases and print the verdict."""
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    try:
        module = __import__(name)
    except SkipTest as skipped:
        counts["skipped"] += 1
        print("skipped %s: %s" % (name, skipped))
    else:
        _run_cases(module, counts)
    print(VERDICT, counts["passed"], counts["failed"], counts["skipped"])


def main(*args, **kwargs) -> None:
    """Present because test files may end in `unittest.main()`; the runner does the work."""
