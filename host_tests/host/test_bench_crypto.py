# SPDX-License-Identifier: MIT
"""The crypto bench: the peers do the same work, figures are judged rightly, it runs."""

import io

import pytest
from rich.console import Console

from bench import crypto, crypto_peers, crypto_report
from bench.crypto_report import Times
from pos.crypto.des import Tdes
from pos.crypto.mac import ecb_mac
from pos.crypto.sm4 import Sm4

KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
DATA = bytes(range(48))
CASES = ("TDES block, two keys", "TDES block, three keys", "SM4 block", "TDES PIN block")


def test_peers_do_the_same_work():
    assert crypto_peers.tdes_block(KEY, DATA) == Tdes(KEY).encrypt(DATA)
    assert crypto_peers.sm4_block(KEY, DATA) == Sm4(KEY).encrypt(DATA)
    for cipher, block in ((Tdes, crypto_peers.tdes_block), (Sm4, crypto_peers.sm4_block)):

        def encrypt(data, block=block):
            return block(KEY, data)

        ours = cipher(KEY)
        assert crypto_peers.mac(encrypt, DATA[:21], ours.block) == ecb_mac(ours, (DATA[:21],))


def times(fast=1e-6, portable=1e-4, peer=1e-3, store=1e-5):
    whole = {"load the triple DES code": store, "key store: sign-on, 3 keys": store}

    def run(seconds):
        return {case: seconds for case in CASES} | whole

    peers = {case: ("pyDes", peer) for case in CASES}
    return Times(run(portable), run(portable), run(fast), peers)


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        ({}, 0),
        ({"peer": 99e-6}, 2),  # both of triple DES; SM4 needs half as much
        ({"peer": 49e-6}, 3),
        ({"portable": 1.01e-4}, 3),
        ({"store": 0.5 / 65 / 2 * 1.01}, 2),
        ({"store": 0.5 / 65 / 2 * 0.99}, 0),
    ],
)
def test_what_is_missed(changed, missed):
    found = crypto_report.checks(times(**changed))
    assert len(found) == 8
    assert sum(not check.good for check in found) == missed


def test_every_case_runs_on_every_engine():
    measured = crypto.measure(round_ms=1)
    assert measured.portable.keys() == measured.fast.keys()
    assert measured.fast.keys() - measured.cpython.keys() == {"load the triple DES code"}
    assert measured.peers.keys() <= measured.cpython.keys()
    shown = io.StringIO()
    console = Console(file=shown, width=130)
    crypto_report.show(console, measured)
    crypto_report.show_checks(console, measured)
    text = shown.getvalue()
    assert all(f"{case} " in text for case in measured.fast)
    assert text.count("PASS") + text.count("MISS") == 8
