# SPDX-License-Identifier: MIT
"""Requests of every kind of transaction, as fields (unionpay.md 3 and 3.1).

Keyword f38="..." adds or replaces a field, f38=None leaves it out.
"""

from acquirer_sim.load.messages import Answer, Requests

NO_PLACE = "0" * 12  # F61 that names no batch and STAN
# message type, F3, F25, F60.1
KINDS = {
    "balance": ("0200", "310000", "00", "01"),
    "sale": ("0200", "000000", "00", "22"),
    "void": ("0200", "200000", "00", "23"),
    "refund": ("0220", "200000", "00", "25"),
    "preauth": ("0100", "030000", "06", "10"),
    "additional": ("0100", "030000", "60", "10"),
    "preauth_void": ("0100", "200000", "06", "11"),
    "completion": ("0200", "000000", "06", "20"),
    "advice": ("0220", "000000", "06", "24"),
    "completion_void": ("0200", "200000", "06", "21"),
    "offline": ("0220", "000000", "00", "30"),
    "adjust": ("0220", "000000", "00", "32"),
    "tip": ("0220", "000000", "00", "34"),
    "transfer": ("0200", "400000", "00", "50"),
}


class Transactions(Requests):
    """Builds the requests of one terminal's transactions."""

    def fields(
        self,
        kind: str,
        amount: int = 0,
        pan: "str | None" = None,
        pin: "str | None" = None,
        **more: str,
    ) -> dict:
        """Return the fields of one of KINDS as presented by stripe; f38="..." adds or replaces."""
        _, processing, condition, function = KINDS[kind]
        fields = self.sale_fields(amount, pan, pin)
        fields.update({3: processing, 25: condition, 60: f"{function}{self.batch:06d}00020"})
        if kind == "balance":
            del fields[4]
        return {**fields, **numbered(more)}

    def keyed_in(self, fields: dict, pan: "str | None" = None) -> dict:
        """Return the fields with the card typed, no track."""
        return {**self.repeated(fields, pan), 14: "3012", 22: "012"}

    def repeated(self, fields: dict, pan: "str | None" = None) -> dict:
        """Return the fields of a 0220 as it is sent again: F2 instead of tracks."""
        control = self.security_control(False) if self.family[0] == "sm4" else None
        return {**fields, 2: pan or self.pan, 35: None, 53: control}

    def void_fields(self, sale: Answer, pan: "str | None" = None) -> dict:
        """Return the void of an approved sale."""
        fields = self.fields("void", int(sale.fields[4]), pan)
        fields.update({37: sale.fields[37], 38: sale.fields.get(38)})
        fields[61] = sale.fields[60][2:8] + sale.fields[11]
        return fields

    def on_hold(
        self, kind: str, held: Answer, amount: int, pan: "str | None" = None, **more: str
    ) -> dict:
        """Return the fields of what names a pre-authorisation by its code and date."""
        named = {38: held.fields[38], 61: NO_PLACE + held.fields[13], **numbered(more)}
        return {**self.fields(kind, amount, pan), **named}

    def on_original(self, kind: str, done: Answer, amount: int, pan: "str | None" = None) -> dict:
        """Return the fields of what names a completion, a sale or an offline sale."""
        fields = self.fields(kind, amount, pan)
        fields.update({37: done.fields[37], 38: done.fields[38]})
        fields[61] = done.fields[60][2:8] + done.fields[11] + done.fields[13]
        return fields

    def refund_fields(
        self, sale: Answer, amount: int, pan: "str | None" = None, **more: str
    ) -> dict:
        """Return the fields of a refund."""
        named = {37: sale.fields[37], 61: NO_PLACE + sale.fields[13], 63: "000"}
        return {**self.fields("refund", amount, pan), **named, **numbered(more)}

    def offline_fields(
        self, amount: int, pan: "str | None" = None, auth: "str | None" = "445566", **more: str
    ) -> dict:
        """Return the fields of an offline sale; without `auth` in stand-in mode."""
        mode = "02" if auth is None else "01"
        fields = {**self.keyed_in(self.fields("offline", amount, pan), pan), 38: auth, 63: "000"}
        return {**fields, 61: NO_PLACE + "0000" + mode, **numbered(more)}

    def adjust_fields(self, kind: str, done: Answer, amount: int, tip: int = 0) -> dict:
        """Return the fields of an "adjust" (to `amount`) or a "tip" (`amount` with it)."""
        pan = done.fields[2]
        fields = self.keyed_in(self.on_original(kind, done, amount, pan), pan)
        fields.update({22: "022", 61: fields[61] + "00", 63: "CUP"})
        if kind == "tip":
            fields[48] = f"{tip:012d}"
        return fields


def numbered(more: dict) -> dict:
    """Turn f35="..." into {35: "..."}."""
    return {int(name[1:]): value for name, value in more.items()}
