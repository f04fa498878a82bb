# SPDX-License-Identifier: MIT
"""Wi-Fi station: asked whether it is up, and told once to connect."""

import network


class Wifi:
    """Joins one network; the chip reconnects by itself."""

    def __init__(self, ssid: str, password: str) -> None:
        self._station = network.WLAN(network.STA_IF)
        self._station.active(True)
        self._station.config(pm=self._station.PM_NONE)  # a sleeping radio feeds no random numbers
        if ssid:
            self._station.connect(ssid, password)

    def is_up(self) -> bool:
        """Return whether there is a network."""
        return self._station.isconnected()
