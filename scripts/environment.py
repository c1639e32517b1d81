"""Makes `.venv`, installs the pinned Python and npm packages into the checkout, and builds the client.

Only the standard library: it runs before anything is installed. A step is skipped while its stamp holds the hash of
what went into it. A stamp goes before its step begins and comes after the step has ended, so that an interrupted
step is done again. All stamps live in `.venv`: without it, everything is made anew.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.processes import ROOT, Ended, Failure, hold_signals, run, tool_environment

VENV = ROOT / ".venv"
MODULES = ROOT / "node_modules"
LOG = ROOT / "var" / "log" / "setup.log"
NETWORK = "check the network connection, then run the same command again"


@dataclass(frozen=True)
class Step:
    """One thing to make: `command` turns `inputs` into `product`."""

    name: str
    doing: str
    command: Sequence[str | Path]
    inputs: Sequence[Path]
    product: Path
    remedy: str

    @property
    def stamp(self) -> Path:
        return VENV / "stamps" / self.name

    def fingerprint(self) -> str:
        # The place counts: the programs in .venv carry its absolute path.
        digest = hashlib.sha256(str(ROOT).encode())
        for path in sorted(self.inputs):
            digest.update(b"\0" + str(path.relative_to(ROOT)).encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def is_done(self) -> bool:
        try:
            return self.stamp.read_text() == self.fingerprint() and self.product.exists()
        except FileNotFoundError:
            return False

    def make(self) -> None:
        fingerprint = self.fingerprint()  # before the step: a file changed meanwhile makes it run again
        self.stamp.unlink(missing_ok=True)
        with LOG.open("ab") as log:
            log.write(f"\n$ {' '.join(map(str, self.command))}\n".encode())
            log.flush()
            status = run(self.command, environment=tool_environment(), output=log)
        if status != 0:
            raise Failure(f"{self.doing} failed: {self.remedy} (log: {LOG.relative_to(ROOT)}).")
        self.stamp.parent.mkdir(exist_ok=True)
        half = self.stamp.with_suffix(".half")
        half.write_text(fingerprint)
        half.replace(self.stamp)


def steps(*, build: bool = True) -> Iterator[Step]:
    """What is needed, in order. Lazily: an input of one step may be the product of an earlier one."""
    # The interpreter that .venv itself would name as its base: an activated .venv must not be built upon itself.
    python = getattr(sys, "_base_executable", None) or sys.executable
    yield Step(
        name="venv",
        doing="Making the virtual environment .venv",
        command=[python, "-m", "venv", "--clear", VENV],
        inputs=[],
        product=VENV / "bin" / "python",
        remedy=f"install the venv module of Python (on Debian: apt-get install {_debian_package()})",
    )
    yield Step(
        name="python-packages",
        doing="Installing the Python packages",
        command=[
            *(VENV / "bin" / "python", "-m", "pip", "install"),
            *("--disable-pip-version-check", "--no-input", "--requirement", ROOT / "requirements.txt"),
        ],
        inputs=[ROOT / "requirements.txt", ROOT / "constraints.txt"],
        product=VENV / "bin" / "npm",
        remedy=NETWORK,
    )
    yield Step(
        name="npm-packages",
        doing="Installing the npm packages",
        command=[VENV / "bin" / "npm", "ci", "--no-audit", "--no-fund", "--no-update-notifier"],
        inputs=[ROOT / "package.json", ROOT / "package-lock.json"],
        product=MODULES / ".package-lock.json",
        remedy=NETWORK,
    )
    if build:
        yield Step(
            name="client",
            doing="Building the client",
            command=[VENV / "bin" / "npm", "run", "build"],
            inputs=list(_client_sources()),
            product=ROOT / "pwa" / "static" / "pwa" / "build",
            remedy="the end of the log names the file to mend",
        )


def _debian_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def _client_sources() -> Iterable[Path]:
    yield from (ROOT / name for name in ("package.json", "package-lock.json", "tsconfig.json"))
    yield from ROOT.glob("vite*.config.ts")
    yield from (path for path in (ROOT / "pwa" / "client").rglob("*") if path.is_file())


def prepare(*, build: bool) -> None:
    """Does the steps that are due. Raises `Failure` or `Ended`."""
    if all(step.is_done() for step in steps(build=build)):
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise Failure(f"This Python cannot make virtual environments: apt-get install {_debian_package()} (on Debian).")
    for place in (VENV, MODULES):
        if place.is_symlink():  # to what other checkouts use, say: the tools empty what it leads to, not the link
            raise Failure(
                f"{place.name} is a link to {place.readlink()}, which setup would empty: "
                f"remove the link, then run the same command again, and it is made here (`rm {place.name}`)."
            )
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with _alone():
        LOG.write_bytes(b"")
        for step in steps(build=build):
            if not step.is_done():
                print(f"{step.doing} ...", end="", flush=True)
                begun = time.monotonic()
                try:
                    step.make()
                except BaseException:
                    print(flush=True)
                    raise
                print(f" {time.monotonic() - begun:.0f} s", flush=True)


@contextmanager
def _alone() -> Iterator[None]:
    # `make run` and `make test` side by side must not install into each other's half-made directories.
    with LOG.with_name("setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Failure("Another `make` is installing here: wait for it to end, then run this again.") from None
        yield


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.setup", description=__doc__)
    parser.add_argument("--no-build", action="store_true", help="install the packages, leave the client as it is")
    arguments = parser.parse_args()
    hold_signals()
    try:
        prepare(build=not arguments.no_build)
    except Failure as failure:
        print(failure, file=sys.stderr)
        if os.environ.get("CI"):  # nobody can open the log there
            print(LOG.read_text(errors="replace") if LOG.exists() else "", file=sys.stderr)
        return 1
    except Ended as ended:
        print("Stopped; the same command takes up where this one ended.", file=sys.stderr)
        return ended.status
    return 0
