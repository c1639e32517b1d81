"""What Vite built: the client's files, as named in its manifest."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static

DIRECTORY = Path(__file__).resolve().parent / "static" / "pwa" / "build"
ENTRY = "pwa/client/src/main.ts"


class NotBuilt(Exception):
    """The client is not built. Run `make build` (or `npm ci && npm run build`) once."""

    def __init__(self) -> None:
        super().__init__(" ".join((self.__doc__ or "").split()))


@dataclass(frozen=True)
class Build:
    """Addresses of the built files. `assets` are all of them, `script` and `styles` what the page asks for itself."""

    script: str
    styles: tuple[str, ...]
    assets: tuple[str, ...]
    service_worker: str  # source text

    def worker(self, name: str) -> bytes | None:
        """The built worker script of this name, or None when this build has none of it."""
        if not any(address.endswith(f"/{name}") for address in self.assets):
            return None
        return (DIRECTORY / "assets" / name).read_bytes()


_cache: dict[str, tuple[tuple[int, int], Build]] = {}


def current_build() -> Build:
    """The build on disk; read again when it changed.

    :raises NotBuilt: there is none.
    """
    manifest, worker = DIRECTORY / "manifest.json", DIRECTORY / "sw.js"
    try:
        stamp = (manifest.stat().st_mtime_ns, worker.stat().st_mtime_ns)
        known = _cache.get("build")
        if known is None or known[0] != stamp:
            known = (stamp, _read(json.loads(manifest.read_text()), worker.read_text()))
            _cache["build"] = known
        return known[1]
    except (OSError, ValueError, KeyError) as error:
        raise NotBuilt from error


def _read(manifest: dict[str, Any], service_worker: str) -> Build:
    # Vite puts a hash into every name, and its files import one another under these names: a second hash by
    # Django's storage would only give each file a second address.
    address = {name: f"{_static_url()}pwa/build/{name}" for name in _files()}
    entry = manifest[ENTRY]
    return Build(
        script=address[entry["file"]],
        styles=tuple(address[name] for name in entry.get("css", ())),
        assets=tuple(sorted(address.values())),
        service_worker=service_worker,
    )


def _files() -> list[str]:
    """All built files. Listed from disk: Vite's manifest does not name what a worker's own build made."""
    files = (path for path in (DIRECTORY / "assets").rglob("*") if path.suffix not in {".map", ".gz", ".br"})
    return sorted(path.relative_to(DIRECTORY).as_posix() for path in files)


def _static_url() -> str:
    return settings.STATIC_URL or static("")


def revision(content: bytes) -> str:
    """The name of a version of something that keeps its address."""
    return hashlib.sha256(content).hexdigest()[:16]
