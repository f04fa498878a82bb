# SPDX-License-Identifier: MIT
"""The runner of the shared tests and its unittest stand-in: what passes, fails, skips, crashes."""

import subprocess
import sys
from pathlib import Path

import pytest

RUNNER = Path(__file__).resolve().parent.parent / "run_unix.py"

HEAD = "import unittest\n\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        "

PASSING = [
    "self.assertEqual([1], [1])",
    "self.assertNotEqual(1, 2)",
    "self.assertTrue([0])",
    "self.assertFalse([])",
    "self.assertIs(None, None)",
    "self.assertIsNot([], [])",
    "self.assertIsNone(None)",
    "self.assertIsNotNone(0)",
    "self.assertIn(1, [1])",
    "self.assertNotIn(2, [1])",
    "self.assertIsInstance(1, int)",
    "self.assertGreater(2, 1)",
    "self.assertGreaterEqual(1, 1)",
    "self.assertLess(1, 2)",
    "self.assertLessEqual(1, 1)",
    "self.assertRaises(ValueError, int, 'x')",
    "with self.assertRaises(KeyError) as c:\n            {}[7]\n"
    "        self.assertEqual(c.exception.args, (7,))",
]
FAILING = [
    "self.assertEqual(1, 2)",
    "self.assertNotEqual(1, 1)",
    "self.assertTrue(0)",
    "self.assertFalse(1)",
    "self.assertIs([], [])",
    "self.assertIsNot(None, None)",
    "self.assertIsNone(0)",
    "self.assertIsNotNone(None)",
    "self.assertIn(2, [1])",
    "self.assertNotIn(1, [1])",
    "self.assertIsInstance(1, str)",
    "self.assertGreater(1, 1)",
    "self.assertGreaterEqual(0, 1)",
    "self.assertLess(1, 1)",
    "self.assertLessEqual(2, 1)",
    "self.assertRaises(ValueError, int, '1')",
    "self.assertRaises(ValueError, {}.pop, 1)",
    "with self.assertRaises(ValueError):\n            pass",
    "with self.assertRaises(ValueError):\n            {}[7]",
    "self.fail()",
    "1 / 0",
]


def run(*paths) -> tuple[int, str, str]:
    done = subprocess.run([sys.executable, RUNNER, *paths], capture_output=True, text=True)
    return done.returncode, done.stdout.splitlines()[-1] if done.stdout else "", done.stdout


def write_all(folder: Path, bodies: list[str]) -> None:
    for number, body in enumerate(bodies):
        (folder / f"test_{number}.py").write_text(HEAD + body + "\n")


def test_every_assertion_holds(tmp_path):
    write_all(tmp_path, PASSING)
    assert run(tmp_path)[:2] == (0, f"{len(PASSING)} passed, 0 failed, 0 skipped")


def test_every_assertion_can_fail(tmp_path):
    write_all(tmp_path, FAILING)
    assert run(tmp_path)[:2] == (1, f"0 passed, {len(FAILING)} failed, 0 skipped")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("import nothing_there\n", "0 passed, 1 failed, 0 skipped"),
        ("import sys\nsys.exit(0)\n", "0 passed, 1 failed, 0 skipped"),
        ("x = bytearray(5000000)\n", "0 passed, 1 failed, 0 skipped"),
        ("import unittest\nraise unittest.SkipTest('no')\n", "0 passed, 0 failed, 1 skipped"),
        (HEAD + "raise unittest.SkipTest('no')\n", "0 passed, 0 failed, 1 skipped"),
        (HEAD.replace("class", "@unittest.skip('no')\nclass") + "1 / 0\n", "0 passed, 0 fai"),
        (
            HEAD.replace("    def", "    @unittest.skipIf(1, '')\n    def") + "1 / 0\n",
            "0 passed, 0",
        ),
        (HEAD + "pass\n\n    def tearDown(self):\n        1 / 0\n", "0 passed, 1 failed"),
    ],
)
def test_files_that_do_not_run_to_the_end(tmp_path, text, verdict):
    (tmp_path / "test_one.py").write_text(text)
    code, last, out = run(tmp_path)
    assert last.startswith(verdict), out
    assert code == int(" 1 failed" in verdict)


def test_a_failure_shows_its_traceback(tmp_path):
    write_all(tmp_path, ["self.assertEqual(1, 2)"])
    out = run(tmp_path)[2]
    assert "FAILED T.test_it" in out and 'test_0.py", line 6' in out and "1 != 2" in out


def test_no_tests_is_a_failure(tmp_path):
    assert run(tmp_path)[0] == 1
    assert run(tmp_path / "none")[0] == 1
