# SPDX-License-Identifier: MIT
"""A wire between terminal and acquirer that keeps every request, by the acquirer's codec."""

import socket
import threading

from acquirer_sim.frame import FrameReader, Request


class Wiretap:
    """Listens on `address`, passes all on to `target` and back; `requests` holds what came."""

    def __init__(self, target: str) -> None:
        host, port = target.rsplit(":", 1)
        self._target = (host, int(port))
        self._server = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._server.getsockname()[1]
        self.requests = []

    def __enter__(self) -> "Wiretap":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def of_type(self, mti: str) -> list:
        """Return the fields of every request of a message type."""
        return [request.fields for request in self.requests if request.mti == mti]

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._server.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._target)
            except OSError:  # the acquirer is gone
                near.close()
                continue
            for source, sink, reader in ((near, far, FrameReader()), (far, near, None)):
                threading.Thread(
                    target=self._pass, args=(source, sink, reader), daemon=True
                ).start()

    def _pass(self, source: socket.socket, sink: socket.socket, reader: object) -> None:
        try:
            while data := source.recv(4096):
                if reader:
                    self.requests += [Request(frame) for frame in reader.feed(data)]
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            sink.close()
