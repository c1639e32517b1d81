"""The answer of a sync between rendering and sending (decision 0009)."""

import tempfile
import zlib
from collections.abc import Iterator

MEMORY = 1 << 20  # bytes kept in memory before a temporary file takes over
CHUNK = 1 << 16  # bytes sent at a time


class Spool:
    """Bytes written once, cut back when they turn out not to be needed, then read in spans."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=MEMORY)  # noqa: SIM115 (closed by close())
        self.position = 0

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self.position += len(data)

    def truncate(self, position: int) -> None:
        self._file.seek(position)
        self._file.truncate()
        self.position = position

    def read(self, start: int, end: int) -> Iterator[bytes]:
        while start < end:
            self._file.seek(start)
            data = self._file.read(min(CHUNK, end - start))
            start += len(data)
            yield data

    def close(self) -> None:
        self._file.close()


def gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The chunks as one gzip stream, with memory for one chunk."""
    compressor = zlib.compressobj(level=6, wbits=31)  # 31: gzip container, largest window
    for chunk in chunks:
        if data := compressor.compress(chunk):
            yield data
    yield compressor.flush()
