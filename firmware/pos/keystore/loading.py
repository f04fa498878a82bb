# SPDX-License-Identifier: MIT
"""Loading a TMK or a KBPK from a key loader: lines in, answers out (boards/bench: key loading).

Clear components arrive digit by digit, straight into a buffer made once; what is left of a line is
a dict without secrets. They are combined by XOR, and the key changes only when its check value is
confirmed: until then, and after any refusal, the terminal has the keys it had. Answers name roles,
numbers and check values, nothing else.

A tool for the bench: whoever holds both ends of the line sees the components pass (PCI PIN
requires a secure cryptographic device at each end).
"""

from micropython import const

from pos.core.carddata import wipe
from pos.core.errors import KeyStoreError, PosError
from pos.crypto.hmac import same
from pos.keystore.roles import AES, KBPK, NAMES, SM4, TDES, TMK

_KEY_BYTES = const(16)
_COMPONENTS_MAX = const(3)


class Loading:
    """One stay in the loading mode. The flow calls `wipe` at its end.

    `store` is the KeyStore, `algorithm` the name of the terminal's family: "tdes" or "sm4".
    """

    def __init__(self, store: object, algorithm: str = "tdes") -> None:
        self.stored = ()  # (role, check value) as words, once a key was stored
        self.over = False  # the loader has left
        self.shown = []  # (component, check value) so far, for the screen
        self._store = store
        self._own = algorithm
        self._role = TMK
        self._algorithm = TDES
        self._part = bytearray(_KEY_BYTES)
        self._key = bytearray(_KEY_BYTES)
        self._wanted = 0  # components that were announced
        self._digits = 0  # of the line that is coming in
        self._foreign = False  # it has a character that is no hex digit

    def byte(self, char: int) -> None:
        """Take one character of a component."""
        value = _value(char)
        if value < 0:
            self._foreign = True
        elif self._digits < 2 * _KEY_BYTES:
            self._part[self._digits >> 1] |= value if self._digits & 1 else value << 4
        self._digits += 1

    def forget(self) -> None:
        """Drop the digits of a line, used or not."""
        wipe(self._part)
        self._digits = 0
        self._foreign = False

    def wipe(self) -> None:
        """Drop all that was entered."""
        self.forget()
        wipe(self._key)
        self._wanted = 0
        self.shown = []

    def line(self, message: dict) -> dict:
        """Return the answer to a whole line; a refusal is one too, `error` says of what."""
        try:
            answer = self._step(message)
        except PosError as error:
            answer = {"error": error.reason}
        finally:
            self.forget()
        answer["ev"] = "key"
        return answer

    def _step(self, message: dict) -> dict:
        step = message.get("step")
        if step == "begin":
            return self._begin(message)
        if step == "component":
            return self._component(message.get("component"))
        if step == "store":
            return self._confirm(message.get("kcv"))
        if step == "block":
            return self._block(message.get("block"))
        if step == "leave":
            self.wipe()
            self.over = True
            return {"left": True}
        raise KeyStoreError("no such step")

    def _begin(self, message: dict) -> dict:
        """Start with nothing, whatever came before. A KBPK has an algorithm of its own."""
        self.wipe()
        role, components = message.get("role"), message.get("components")
        if role not in (NAMES[TMK], NAMES[KBPK]):
            raise KeyStoreError("role is not TMK or KBPK")
        if components not in (2, _COMPONENTS_MAX):
            raise KeyStoreError("components must be 2 or 3")
        self._role = NAMES.index(role)
        name = self._own
        if self._role == KBPK:
            name = message.get("algorithm", "tdes")
            if name not in ("tdes", "aes"):
                raise KeyStoreError("KBPK algorithm")
        self._algorithm = _number(name)
        self._wanted = components
        return {"role": role, "components": components, "algorithm": name}

    def _component(self, number: object) -> dict:
        """Combine the next component; one that is refused may be sent again."""
        if len(self.shown) >= self._wanted or number != len(self.shown) + 1:
            raise KeyStoreError("component out of order")
        if self._foreign:
            raise KeyStoreError("component has a character that is no hex digit")
        if self._digits != 2 * _KEY_BYTES:
            raise KeyStoreError("component is not 32 digits long")
        if not any(self._part):
            raise KeyStoreError("component is all zeros")
        kcv = self._kcv(self._part)
        for i in range(_KEY_BYTES):
            self._key[i] ^= self._part[i]
        self.shown.append((number, kcv))
        if number == self._wanted:
            self._combined()
        return {"role": NAMES[self._role], "component": number, "kcv": kcv}

    def _combined(self) -> None:
        """Set the parity DES wants; refuse a key that is none, or that would be single DES."""
        view = memoryview(self._key)
        reason = "" if any(view) else "components give a key of all zeros"
        if self._algorithm == TDES:
            from pos.crypto.parity import set_parity

            set_parity(self._key)
            if same(view[:8], view[8:]):
                reason = "components give a key with two equal halves"
        if reason:
            self.wipe()
            raise KeyStoreError(reason)

    def _confirm(self, kcv: object) -> dict:
        """Store the key if this is its check value; entered again from the start if it is not."""
        try:
            if not self._wanted or len(self.shown) != self._wanted:
                raise KeyStoreError("components are missing")
            self._inject(_hex(kcv))
        finally:
            self.wipe()
        return self._done(self._role)

    def _inject(self, kcv: bytes) -> None:
        if self._role == KBPK:
            from pos.keystore.blocks import inject_kbpk

            inject_kbpk(self._store, self._algorithm, self._key, kcv)
        else:
            self._store.inject_tmk(self._key, kcv, self._algorithm)

    def _block(self, block: object) -> dict:
        """Store the TMK of a key block, which is no secret, under the KBPK."""
        from pos.keystore.blocks import load_block

        self.wipe()
        if not isinstance(block, str):
            raise KeyStoreError("block is missing")
        load_block(self._store, block.encode(), (_number(self._own),))
        return self._done(TMK)

    def _done(self, role: int) -> dict:
        """Tell what is in the store now, as it is read back."""
        from pos.keystore.checks import inventory

        for found, _, _, kcv in inventory(self._store):
            if found == role:
                self.stored = NAMES[role], kcv.hex().upper()
        return {"role": self.stored[0], "stored": True, "kcv": self.stored[1]}

    def _kcv(self, key: bytearray) -> str:
        from pos.keystore.checks import check_value

        return check_value(self._algorithm, key).hex().upper()


def _number(algorithm: str) -> int:
    return {"tdes": TDES, "sm4": SM4, "aes": AES}[algorithm]


def _hex(text: object) -> bytes:
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError):
        raise KeyStoreError("check value is not hex")


def _value(char: int) -> int:
    """Return the value of a hex digit, -1 for any other character."""
    if 0x30 <= char <= 0x39:
        return char - 0x30
    char |= 0x20
    return char - 0x57 if 0x61 <= char <= 0x66 else -1
