"""A network line between browser and site, which stops in the middle of an answer, and breaks when a test says so."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
from types import TracebackType

from tests.browser.patience import PATIENCE
from tests.browser.site import Site

PIECE = 4096  # bytes that pass at once
# A request begins: browsers send no other before the answer came.
REQUEST = re.compile(rb"(?:GET|HEAD|POST|PUT|DELETE) (\S+) HTTP/1\.1\r\n")


class Line:
    """Forwards everything to `site`, at an address of its own.

    Answers to requests that begin like `request`, a method and a path, stop where `stop_after` says.
    """

    def __init__(self, site: Site, request: str) -> None:
        self.site = site
        self.passed = 0  # bytes of answers to `request`, with their heads
        self.asked: list[str] = []  # the paths of those requests
        self._request = request.encode()
        self._limit: int | None = None
        self._exactly = False
        self._stopped = threading.Event()
        self._broken = threading.Event()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Line:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()

    def stop_after(self, size: int, *, exactly: bool = False) -> None:
        """From now on only so many bytes of answers to the request pass, whole pieces or `exactly`; then it is silent.

        With nothing of an answer, a browser would itself ask again on another connection.
        """
        self._limit, self._exactly, self.passed = size, exactly, 0
        self._stopped.clear()
        self._broken.clear()

    def wait_until_stopped(self) -> None:
        assert self._stopped.wait(PATIENCE), f"only {self.passed} bytes came"

    def cut(self) -> None:
        """Breaks all connections; new ones work, without a limit."""
        self._limit = None
        self._broken.set()
        for one in self._open:
            _close(one)
        self._open.clear()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # closed: the test is over
            while True:
                browser, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.site.port))
        except OSError:
            browser.close()
            return
        self._open += [browser, server]
        counted = threading.Event()
        back = threading.Thread(target=self._answer, args=(server, browser, counted), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while piece := browser.recv(1 << 16):
                if begun := REQUEST.match(piece):
                    counted.clear()
                    if piece.startswith(self._request):
                        self.asked.append(begun[1].decode())
                        counted.set()
                server.sendall(piece)
        _close(server)
        back.join()
        _close(browser)

    def _answer(self, server: socket.socket, browser: socket.socket, counted: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(PIECE):
                if counted.is_set():
                    if self._limit is not None and self.passed + len(piece) > self._limit:
                        if self._exactly:
                            browser.sendall(piece[: self._limit - self.passed])
                        self._stopped.set()
                        self._broken.wait()
                        break
                    self.passed += len(piece)
                browser.sendall(piece)
        _close(browser)


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
