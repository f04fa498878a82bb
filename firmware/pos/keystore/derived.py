# SPDX-License-Identifier: MIT
"""The keys that come from the device key, by role. Nothing stores them and nothing returns them
but to the part that works with them; a change of TMK, and a wipe, leave them as they are.

storage key: seals the key store (AES-256), storage MAC key: vouches for it (HMAC-SHA256);
audit key: chains the journal, so that a record changed, dropped or moved is detected;
card hash key: tells the same card again on this device, and on no other;
PAN key: seals the PAN of a deal as long as its batch needs it (AES-128).
"""

STORAGE = b"espos keystore cipher 1"
STORAGE_MAC = b"espos keystore tag 1"
AUDIT = b"espos journal 1"
CARD_HASH = b"espos card hash 1"
PAN = b"espos sealed pan 1"
