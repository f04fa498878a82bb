# SPDX-License-Identifier: MIT
"""A captured request made whole again with a registered terminal's keys and the test cards.

Everything comes from the acquirer's database: the terminal's number, merchant and working keys,
the cards' tracks and PINs. The numbers of the capture (STAN, batch, RRN, authorisation code) are
replaced by those of the replay. Facts: unionpay.md 2.3 to 2.7 and 4.3 to 4.5.
"""

from acquirer_sim import AcquirerError, crypto, keysets, report, spec, terminals
from acquirer_sim.store import open_store
from posctl.errors import ToolError
from posctl.message.explain import masked_pan
from posctl.message.numbers import DATE, FOLLOWED, Numbers

_WRONG_PIN = "55"
_CARD_FIELDS = ("2", "14", "35", "36", "52")
_NO_BLOCK = "0" * 16
# F60.3 of a sign-on, for a terminal of the other family: without and with a track key
_SIGN_ON_AS = {"001": "005", "003": "005", "004": "006", "005": "003", "006": "004"}
_NO_CARD = "0300000000000000"  # F53 that SM4 has in every message with a MAC (2.3)


class Books:
    """What the replay reads of the acquirer's database."""

    def __init__(self, where: object, terminal: "str | None") -> None:
        try:
            self.store = open_store(where, create=False)
        except AcquirerError as error:
            raise ToolError(str(error)) from error
        self._cards = report.cards(self.store)
        known = report.ledger(self.store)["terminals"]
        if terminal not in known:
            raise ToolError(f"terminal {terminal}: not registered with this acquirer")
        row = terminals.find(self.store, terminal)
        self.terminal, self.merchant = terminal, row["merchant"]
        self.algorithm, self.options = row["algorithm"], terminals.options(row)
        self.batch = int(known[terminal]["current_batch"])
        self._booked = [
            int(entry["stan"])
            for entry in known[terminal]["transactions"]
            if int(entry["batch"]) == self.batch
        ]

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def keys(self) -> "dict[str, bytes] | None":
        """Return the working keys of now, None when the terminal is not signed on."""
        return terminals.working_keys(self.store, terminals.find(self.store, self.terminal))

    def stan_offset(self, stans: "list[int]") -> int:
        """Return what to add to the STANs of a capture so that none is used up already."""
        return max(self._booked) if set(stans) & set(self._booked) else 0

    def card(self, reference: dict) -> dict:
        """Return the test card that a capture means; ToolError when it is not exactly one."""
        pan = reference["pan"]
        found = [card for card in self._cards if masked_pan(card["pan"]) == pan]
        if len(found) != 1:
            raise ToolError(f"card {pan}: {len(found)} test cards of the database look like it")
        return found[0]


class Builder:
    """Makes messages of entries; `notes` says what could not be rebuilt."""

    def __init__(self, books: Books, numbers: Numbers) -> None:
        self._books = books
        self._numbers = numbers
        self.keys = None  # working keys, once signed on

    def check(self, entry: dict, answer: dict) -> None:
        """ToolError when a card that the request needs is not in the database."""
        if any(key in entry["fields"] for key in _CARD_FIELDS):
            self._card(entry, answer)
        for detail in entry.get("details", ()):
            self._books.card(detail["card"])
        if "to" in entry:
            self._books.card(entry["to"])

    def _card(self, entry: dict, answer: dict) -> dict:
        reference = entry.get("card") or answer.get("card")
        if reference is None:
            raise ToolError(f"{entry['at']}: the capture does not tell the card")
        return self._books.card(reference)

    def request(self, entry: dict, answer: dict) -> "tuple[str, dict[int, str], bytes]":
        """Return MTI, fields as sent and the whole body, MAC included."""
        fields = {}
        for key, text in entry["fields"].items():
            value = self._plain(key, text)
            if value is not None:
                fields[int(key)] = value
        if any(key in entry["fields"] for key in _CARD_FIELDS):
            self._present(entry, answer, fields)
        self._private(entry, fields)
        if "64" not in entry["fields"]:
            return entry["mti"], fields, spec.encode(entry["mti"], fields)
        if self._books.algorithm == "sm4":
            fields.setdefault(53, _NO_CARD)
        body = spec.encode(entry["mti"], {**fields, 64: "00" * crypto.MAC_LEN_BYTES})
        body = body[: -crypto.MAC_LEN_BYTES]
        return entry["mti"], fields, body + self._mac(body)

    def _mac(self, body: bytes) -> bytes:
        if not self.keys:
            return bytes(crypto.MAC_LEN_BYTES)  # the host will ask to sign on, as it did
        books = self._books
        return crypto.mac(self.keys["mak"], body, books.algorithm, books.options.mac)

    def _plain(self, key: str, text: str) -> "str | None":
        """Return a field that needs no card and no key, None for one that does."""
        numbers, books = self._numbers, self._books
        if key == "11":
            return numbers.stan(text)
        if key in ("41", "42"):
            return books.terminal if key == "41" else books.merchant
        if key == "60":
            return text[:2] + numbers.batch(text[2:8]) + self._network_code(text) + text[11:]
        if key == "61":
            date = numbers.of_answer(DATE, text[12:16])
            return numbers.batch(text[:6]) + numbers.stan(text[6:12]) + date + text[16:]
        if key in FOLLOWED:
            return numbers.of_answer(key, text)
        if key == "62" and "*" not in text:
            return text.encode("ascii").hex().upper()
        if key == "53":
            return text[:1] + self._digit(text) + text[2:]
        if key in (*_CARD_FIELDS, "64") or "*" in text:
            return None
        return text.encode("gbk").decode("latin-1")

    def _network_code(self, function: str) -> str:
        """Return F60.3: a sign-on asks for keys that the terminal of the replay can have."""
        code = function[8:11]
        if code not in _SIGN_ON_AS or keysets.fits(code, self._books.algorithm):
            return code
        return _SIGN_ON_AS[code]

    def _digit(self, control: str) -> str:
        """Return digit 2 of F53: the family of the keys that the replay has."""
        if not self.keys:
            return control[1:2]
        return keysets.security_digit(self._books.algorithm, self.keys["pik"])

    def _present(self, entry: dict, answer: dict, fields: "dict[int, str]") -> None:
        """Put in what a card and its holder give: PAN, expiry, tracks, PIN."""
        card = self._card(entry, answer)
        there = entry["fields"]
        if "2" in there:
            fields[2] = card["pan"]
        if "14" in there:
            fields[14] = card["expiry"]
        for key, number in (("35", "2"), ("36", "3")):
            text = card["tracks"][number]
            if key in there and text:
                fields[int(key)] = self._track(text, there.get("53", ""))
        if "52" in there:
            wrong = answer.get("fields", {}).get("39") == _WRONG_PIN
            self._pin(card, wrong, fields)

    def _track(self, text: str, control: str) -> str:
        track = text.strip(";?").replace("=", "D")
        if control[2:3] != "1" or not self.keys or "tdk" not in self.keys:
            return track
        return sealed_track(self.keys["tdk"], track, self._books.algorithm)

    def _pin(self, card: dict, wrong: bool, fields: "dict[int, str]") -> None:
        """A PIN that was wrong is not in the capture: another wrong one stands for it."""
        pin = card["pin"]
        if wrong:
            pin = "".join(str((int(digit) + 1) % 10) for digit in pin)
        fields[52] = _NO_BLOCK
        if not self.keys:
            return
        block = sealed_pin(self.keys["pik"], pin, card["pan"], self._books.algorithm)
        if self._books.algorithm == "sm4":
            fields[59] = "A1016" + block.decode("latin-1")
        else:
            fields[52] = block.hex().upper()

    def _private(self, entry: dict, fields: "dict[int, str]") -> None:
        """Put in the PANs of a batch upload or of a transfer."""
        if "details" in entry:
            fields[48] = f"{len(entry['details']):02d}" + "".join(
                detail["side"]
                + self._numbers.stan(detail["stan"])
                + self._books.card(detail["card"])["pan"].rjust(20, "0")
                + detail["amount"]
                for detail in entry["details"]
            )
        if "to" in entry:
            pan = self._books.card(entry["to"])["pan"]
            if "*" in entry["fields"].get("48", ""):
                fields[48] = pan.rjust(20, "0")
            else:
                fields[62] = pan.encode().hex().upper()


def sealed_pin(key: bytes, pin: str, pan: str, algorithm: str) -> bytes:
    """Return an ISO format 0 block under the PIN key (unionpay.md 4.3)."""
    nibbles = 2 * crypto.BLOCK_LENS_BYTES[algorithm]
    field = bytes.fromhex(f"0{len(pin):X}{pin}".ljust(nibbles, "F"))
    account = bytes.fromhex(pan[-13:-1].rjust(nibbles, "0"))
    block = bytes(a ^ b for a, b in zip(field, account, strict=True))
    return crypto.encrypt(key, block, algorithm)


def sealed_track(key: bytes, track: str, algorithm: str) -> str:
    """Return a track with its one block encrypted in place (unionpay.md 4.4)."""
    nibbles = 2 * crypto.BLOCK_LENS_BYTES[algorithm]
    track = track.rjust(nibbles + 1, "F")
    end = len(track) - (2 if len(track) % 2 == 0 else 1)
    start = end - nibbles
    if start < 0:
        raise ToolError(f"a track of {len(track)} characters cannot be encrypted")
    block = crypto.encrypt(key, bytes.fromhex(track[start:end]), algorithm)
    return track[:start] + block.hex().upper() + track[end:]
