# SPDX-License-Identifier: MIT
"""Script lines: what is played, and the one clear line for everything that is not."""

import json

import pytest

from posctl.bench.errors import LineError
from posctl.bench.script import Expect, Send, Wait, parse_line, read_script
from posctl.errors import ToolError

_SCREENS = frozenset({"idle", "sale.amount"})
_T2 = ";6222021234567890123=30125010000?"

_BAD = [
    ('{"do":"jump"}', "unknown verb 'jump'"),
    ('{"do":["key"]}', "unknown verb \"['key']\""),
    ('{"key":"1"}', "do or expect is missing"),
    ("[1]", "must be a JSON object"),
    ('{"do":"key"', "bad JSON at column"),
    ('{"do":"key"}', "key is missing"),
    ('{"do":"key","key":"F9"}', "unknown key"),
    ('{"do":"key","key":1}', "unknown key"),
    ('{"do":"key","key":"1","times":3}', "unknown field 'times'"),
    ('{"do":"swipe"}', "flux is missing"),
    ('{"do":"swipe","flux":[]}', "flux must be an object"),
    ('{"do":"swipe","flux":{"4":[1]}}', "tracks"),
    ('{"do":"swipe","flux":{"2":5}}', "flux 2 must be a list"),
    ('{"do":"swipe","flux":{"2":[100,-1]}}', "flux 2: time 2 is not a number of microseconds"),
    ('{"do":"swipe","flux":{"2":[true]}}', "flux 2: time 1 is not"),
    ('{"do":"swipe","flux":{"2":["9"]}}', "flux 2: time 1 is not"),
    ('{"do":"swipe","flux":{"2":[Infinity]}}', "flux 2: time 1 is not"),
    ('{"do":"swipe","flux":{"2":[true]}}', "flux 2: time 1 is not"),
    ('{"do":"swipe","flux":{"2":%s}}' % ([9] * 4097), "flux 2 has 4097 times, at most 4096"),
    ('{"do":"scan","code":""}', "code must be"),
    ('{"do":"touch","points":[[1]]}', "each point"),
    ('{"do":"touch","points":[[1,-1]]}', "x and y"),
    ('{"do":"printer"}', "one of paper, cover or eat"),
    ('{"do":"printer","paper":"low"}', "paper must be"),
    ('{"do":"printer","eat":-1}', "eat must be"),
    ('{"do":"link","state":"off"}', "state must be"),
    ('{"do":"tamper","now":1}', "unknown field"),
    ('{"do":"card","tracks":{}}', "tracks must be"),
    ('{"do":"card","tracks":{"5":";1?"}}', "tracks has"),
    ('{"do":"card","tracks":{"2":"6222=1"}}', "track 2"),
    ('{"do":"card","tracks":{"2":"%s"},"ips":"fast"}' % _T2, "speed"),
    ('{"do":"card","tracks":{"2":"%s"},"ips":0}' % _T2, "speed"),
    ('{"do":"card","tracks":{"2":"%s"},"reverse":1}' % _T2, "reverse must be"),
    ('{"do":"card","tracks":{"2":"%s"},"jitter":2}' % _T2, "jitter must be"),
    ('{"do":"card","tracks":{"2":"%s"},"seed":-1}' % _T2, "seed must be"),
    ('{"do":"wait"}', "screen is missing"),
    ('{"do":"wait","screen":"idel"}', "unknown screen 'idel'"),
    ('{"do":"wait","screen":"idle","timeout_s":"5"}', "timeout_s must be"),
    ('{"do":"wait","screen":"idle","timeout":5}', "unknown field 'timeout'"),
    ('{"expect":"idel"}', "unknown screen 'idel'"),
    ('{"expect":{}}', "expect must be"),
    ('{"expect":{"text":"x"}}', "expect must have"),
    ('{"expect":{"print":3}}', "print must be text"),
    ('{"expect":{"screen":"idle","contains":""}}', "contains must be text"),
    ('{"expect":{"ev":"screen","id":"idel"}}', "unknown screen"),
    ("\xff", "not UTF-8"),
]


@pytest.mark.parametrize(("line", "reason"), _BAD)
def test_bad_line_is_one_clear_line_with_its_number(line: str, reason: str) -> None:
    with pytest.raises(LineError) as caught:
        parse_line(7, line.encode("latin-1"), _SCREENS)
    text = str(caught.value)
    assert text.startswith("line 7: ")
    assert reason in text
    assert "\n" not in text
    assert "622202" not in text


@pytest.mark.parametrize(
    "message",
    [
        {"do": "key", "key": "00"},
        {"do": "swipe", "flux": {"1": [], "2": [1, 65535], "3": []}},
        {"do": "scan", "code": "6901234567892"},
        {"do": "touch", "points": [[0, 0], [10, 20]]},
        {"do": "printer", "paper": "out", "cover": "ok", "eat": 12},
        {"do": "link", "state": "down"},
        {"do": "tamper"},
    ],
)
def test_link_messages_pass_as_they_are(message: dict) -> None:
    line = json.dumps({**message, "note": "for the reader"}).encode()
    assert parse_line(3, line, _SCREENS) == Send(3, message)


@pytest.mark.parametrize(
    "flux, sent",
    [
        ({}, {"1": [], "2": [], "3": []}),
        ({"1": None, "2": [0, 1.5, 99.4, 70000]}, {"1": [], "2": [0, 2, 99, 65535], "3": []}),
    ],
)
def test_flux_is_taken_as_a_head_delivers_it(flux: dict, sent: dict) -> None:
    line = json.dumps({"do": "swipe", "flux": flux}).encode()
    assert parse_line(1, line, _SCREENS).message["flux"] == sent


def test_card_becomes_flux() -> None:
    step = parse_line(1, json.dumps({"do": "card", "tracks": {"2": _T2}}).encode(), _SCREENS)
    flux = step.message["flux"]
    assert step.message["do"] == "swipe"
    assert not flux["1"] and not flux["3"]
    assert 200 < len(flux["2"]) < 600


def test_same_card_and_seed_is_the_same_swipe() -> None:
    line = json.dumps({"do": "card", "tracks": {"2": _T2}, "seed": 5}).encode()
    assert parse_line(1, line, _SCREENS) == parse_line(1, line, _SCREENS)


def test_wait_and_expect_have_their_defaults() -> None:
    assert parse_line(1, b'{"do":"wait","screen":"idle"}', _SCREENS) == Wait(1, "idle", 30.0)
    assert parse_line(1, b'{"expect":"idle"}', _SCREENS) == Expect(1, {"screen": "idle"}, 10.0)


def test_expect_takes_its_timeout_inside_or_beside() -> None:
    inside = parse_line(1, b'{"expect":{"print":"x","timeout_s":2}}', _SCREENS)
    beside = parse_line(1, b'{"expect":{"print":"x"},"timeout_s":2}', _SCREENS)
    assert inside == beside == Expect(1, {"print": "x"}, 2.0)


def test_empty_lines_and_comments_keep_the_numbers(tmp_path) -> None:
    path = tmp_path / "script"
    path.write_bytes(b'# a comment\n\n{"do":"tamper"}\r\n')
    assert read_script(path, _SCREENS) == [Send(3, {"do": "tamper"})]


def test_a_script_that_is_not_there(tmp_path) -> None:
    with pytest.raises(ToolError, match="cannot be read: No such file"):
        read_script(tmp_path / "none", _SCREENS)
    with pytest.raises(ToolError, match="cannot be read: Is a directory"):
        read_script(tmp_path, _SCREENS)
