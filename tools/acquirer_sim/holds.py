# SPDX-License-Identifier: MIT
"""What pre-authorisations hold of an account.

A hold is an approved preauth that no approved completion has used up. It is worked out, never
stored: voiding or reversing the preauth ends it, voiding or reversing the completion brings it
back, and reversing that void ends it again, each by the states alone.
"""

from acquirer_sim.database import Row
from acquirer_sim.store import Store

_HELD = "p.type='preauth' AND p.state='approved' AND (c.id IS NULL OR c.state<>'approved')"
_FROM = "FROM transactions p LEFT JOIN transactions c ON c.id=p.closed_by"
_SAME_MERCHANT = (
    "p.tid IN (SELECT b.tid FROM terminals a, terminals b WHERE a.tid=? AND a.merchant=b.merchant)"
)
ANY_DAY = "0000"


def total(store: Store, account_id: int) -> int:
    """Return what is held of an account, in minor units."""
    minor = "CAST(coalesce(sum(p.amount_minor), 0) AS BIGINT) AS minor"
    query = f"SELECT {minor} {_FROM} WHERE p.account_id=? AND {_HELD}"
    return store.db.execute(query, (account_id,)).fetchone()["minor"]


def available(store: Store, account: Row) -> int:
    """Return what can be spent: below zero when more was booked than was there."""
    return account["balance_minor"] - total(store, account["id"])


def is_held(store: Store, preauth_id: int) -> bool:
    """Whether this preauth still holds its amount."""
    query = f"SELECT 1 {_FROM} WHERE p.id=? AND {_HELD}"
    return store.db.execute(query, (preauth_id,)).fetchone() is not None


def find(store: Store, tid: str, account_id: int, auth: str, day: str) -> "Row | None":
    """Return the preauth of a code: one that holds before one that does not, then the latest.

    It may come from any terminal of the merchant. `day` is MMDD; "0000" is any, as is "" for
    `auth`.
    """
    query = (
        f"SELECT p.* {_FROM} WHERE p.account_id=? AND p.type='preauth'"
        f" AND p.state IN ('approved', 'voided') AND {_SAME_MERCHANT}"
        f" AND ? IN ('', p.auth) AND ? IN ('{ANY_DAY}', substr(p.at, 6, 2) || substr(p.at, 9, 2))"
        f" ORDER BY CASE WHEN {_HELD} THEN 0 ELSE 1 END, p.id DESC LIMIT 1"
    )
    return store.db.execute(query, (account_id, tid, auth, day)).fetchone()


def group(store: Store, preauth: Row) -> "list[Row]":
    """Return the hold and those of its additional preauths that hold, the named one first."""
    query = f"SELECT p.* {_FROM} WHERE p.original_id=? AND {_HELD} ORDER BY p.id"
    return [preauth, *store.db.execute(query, (preauth["id"],)).fetchall()]


def close(store: Store, held: "list[Row]", completion_id: int) -> None:
    """Let a completion use up these holds."""
    for row in held:
        store.db.execute(
            "UPDATE transactions SET closed_by=? WHERE id=?", (completion_id, row["id"])
        )


def live(store: Store, tid: str) -> "list[Row]":
    """Return the preauths of a terminal that still hold."""
    query = f"SELECT p.* {_FROM} WHERE p.tid=? AND {_HELD} ORDER BY p.id"
    return store.db.execute(query, (tid,)).fetchall()


def day_of(entry: Row) -> str:
    """Return the host date MMDD of a transaction."""
    return entry["at"][5:7] + entry["at"][8:10]
