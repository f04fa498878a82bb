# SPDX-License-Identifier: MIT
"""The terminal's parameters with their defaults and limits. Loaded while a profile is made."""

from pos.core.errors import ProfileError

# name: (default, minimum, maximum) for integers; the limits are those of the field or of sense.
_NUMBERS = {
    "connect_timeout_s": (5, 1, 60),
    "answer_timeout_s": (60, 1, 300),
    "backup_exchanges": (20, 1, 999),  # with the backup host, before the primary is tried again
    "reversal_tries": (3, 1, 9),
    "prompt_timeout_s": (60, 2, 600),
    "outcome_timeout_s": (15, 1, 600),
    "tear_timeout_s": (3, 1, 60),
    "batch_max": (500, 1, 999),
    "amount_max_minor": (99999999, 1, 999999999999),
    "slip_copies": (2, 1, 3),
    "completion_percent_max": (115, 100, 200),  # of the amount that was held
    "offline_max": (10, 0, 16),  # offline sales and other advices that wait to be sent; 0: none
}
_FLAGS = {
    "pin_optional": True,  # ENTER without digits = no PIN
    "void_pin": True,
    "preauth_void_pin": True,
    "completion_pin": True,
    "completion_void_pin": True,
    "void_same_day": True,
    "partial_approval": False,  # F60.6
    "length_prefix": True,
    "tpdu_present": True,
    "header_present": True,
    "require_settle_before_signoff": True,
    "auto_signoff": False,  # after a settlement
    "test_mode": False,  # prints the TEST banner
    "tls": False,
    "encrypt_tracks": False,  # without it: whether key_length brings a track key
}
# name: (default, exact length or 0, maximum length)
_TEXTS = {
    "terminal": ("", 8, 8),
    "merchant": ("", 15, 15),
    "merchant_name": ("", 0, 40),
    "tpdu": ("6000030000", 10, 10),
    "header": ("603100311003", 12, 12),
    "currency": ("156", 3, 3),
    "currency_sign": ("RMB", 0, 4),
    "lang": ("zh", 2, 2),
    "algorithm": ("tdes", 0, 4),
    "key_length": ("", 0, 3),  # F60.3 of sign-on; without it: the first of the family
    "mac_method": ("ecb", 3, 3),  # of F64 (unionpay.md 4.5): UnionPay's own, or CBC-MAC
    "operator": ("01", 2, 2),
    "supervisor_password": ("123456", 0, 8),
    "print_detail": ("ask", 0, 6),  # ask, always or never
    "transfer_layout": ("f62", 3, 3),  # the field that carries the receiving card
    "hotline": ("", 0, 20),
    "host": ("", 0, 100),
    "backup_host": ("", 0, 100),
    "tls_name": ("", 0, 100),  # the server's, by its certificate; without it: the host's
}
# name: the words it may be
_CHOICES = {
    "lang": ("zh", "en"),
    "algorithm": ("tdes", "sm4"),
    "mac_method": ("ecb", "cbc"),
    "print_detail": ("ask", "always", "never"),
    "transfer_layout": ("f62", "f48"),
}
_KEY_LENGTHS = {"tdes": ("003", "001", "004"), "sm4": ("005", "006")}
_TRACK_KEY = ("004", "006")
_DIGITS = ("tpdu", "header", "currency", "operator")


def checked(values: dict) -> dict:
    """Return every parameter, from `values` or its default; ProfileError names a bad one."""
    found = {}
    for name in ("port", "backup_port"):
        found[name] = _number(name, values.get(name, 0), 0, 65535)
    for name in _NUMBERS:
        default, low, high = _NUMBERS[name]
        found[name] = _number(name, values.get(name, default), low, high)
    for name in _FLAGS:
        found[name] = bool(values.get(name, _FLAGS[name]))
    for name in _TEXTS:
        default, exact, longest = _TEXTS[name]
        found[name] = _text(name, values.get(name, default), exact, longest)
    for name in _CHOICES:
        if found[name] not in _CHOICES[name]:
            raise ProfileError("%s must be %s" % (name, " or ".join(_CHOICES[name])))
    _keys(found, values)
    _hosts(found, values)
    for name in _DIGITS:
        if not found[name].isdigit():
            raise ProfileError("%s must be digits" % name)
    return found


def _keys(found: dict, values: dict) -> None:
    """Fill in what follows from the family of keys, refuse what does not go with it."""
    algorithm = found["algorithm"]
    allowed = _KEY_LENGTHS[algorithm]
    if not found["key_length"]:
        found["key_length"] = allowed[0]
    if found["key_length"] not in allowed:
        raise ProfileError("key_length must be %s with %s" % (" or ".join(allowed), algorithm))
    track_key = found["key_length"] in _TRACK_KEY
    if "encrypt_tracks" not in values:
        found["encrypt_tracks"] = track_key
    if found["encrypt_tracks"] and not track_key:
        raise ProfileError("encrypt_tracks needs key_length " + " or ".join(_TRACK_KEY))


def _hosts(found: dict, values: dict) -> None:
    """Check the backup host, and the time that is left for both hosts beside the answer's.

    Without `total_timeout_s` each host gets its whole connect time-out.
    """
    if bool(found["backup_host"]) != bool(found["backup_port"]):
        raise ProfileError("backup_host and backup_port go together")
    hosts = 2 if found["backup_host"] else 1
    connect, answer = found["connect_timeout_s"], found["answer_timeout_s"]
    longest = hosts * connect + answer
    total = _number("total_timeout_s", values.get("total_timeout_s", longest), 2, 420)
    if total < connect + answer:
        raise ProfileError("total_timeout_s must be at least connect and answer time-out")
    found["total_timeout_s"] = min(total, longest)


def _number(name: str, value: object, low: int, high: int) -> int:
    if not isinstance(value, int) or not low <= value <= high:
        raise ProfileError("%s must be %d to %d" % (name, low, high))
    return value


def _text(name: str, value: object, exact: int, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or (exact and len(value) != exact):
        length = exact or "up to %d" % longest
        raise ProfileError("%s must be text of %s characters" % (name, length))
    return value
