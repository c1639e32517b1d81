"""Follows `docs/tutorial.md` in a folder of its own: its commands, its files, its server."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.browser.patience import PATIENCE, until

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "docs" / "tutorial.md"
SERVER = "python manage.py runserver"
ADDRESS = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Block:
    language: str
    text: str

    @property
    def file(self) -> str:
        """The path in its first line, a comment."""
        found = re.match(r"(?:#|//) (\S+?)(?:, as written|, in part)?\n", self.text)
        assert found, f"which file is this?\n{self.text}"
        return found[1]

    @property
    def body(self) -> str:
        return self.text.partition("\n")[2].lstrip("\n")


def sections() -> dict[str, list[Block]]:
    """The blocks of code below each heading; those above the first heading are below `""`."""
    parts = re.split(r"^## (.+)\n", TEXT.read_text(), flags=re.MULTILINE)
    named = {"": parts[0], **dict(zip(parts[1::2], parts[2::2], strict=True))}
    return {
        name: [Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]
        for name, text in named.items()
    }


def install(folder: Path) -> Path:
    """The package, made from this tree and installed into a folder; what it needs in turn is here already."""
    source, target = folder / "source", folder / "packages"
    source.mkdir()
    ignored = shutil.ignore_patterns("__pycache__", "client")
    shutil.copy(ROOT / "pyproject.toml", source)
    for name in ("syncapi", "pwa"):
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run(
        [*command, "--disable-pip-version-check", "--target", str(target), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    left_out = [
        path
        for name in ("syncapi", "pwa")
        for path in (source / name).rglob("*")
        if path.is_file() and not (target / path.relative_to(source)).exists()
    ]
    assert left_out == []
    # Who follows the tutorial has no formatter installed: what is written must do without.
    (target / "sitecustomize.py").write_text('import sys\n\nsys.modules["ruff"] = None\n')
    return target


class Project:
    """What somebody has who follows the tutorial: it grows block by block. Its server is at `url`."""

    def __init__(self, folder: Path, packages: Path) -> None:
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.by_hand = 0  # lines of code that were typed, blank ones and comments left out
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        # A shell as a person has it: nothing of this repository's settings.
        self._environment = {"PATH": tools, "HOME": str(folder), "PYTHONPATH": str(packages), "LANG": "C.UTF-8"}
        self._server: subprocess.Popen[bytes] | None = None

    def follow(self, blocks: list[Block]) -> None:
        for block in blocks:
            {"sh": self._run, "python": self._file, "js": self._file, "diff": self._edit}[block.language](block)

    def stop(self) -> None:
        """Ctrl-C, as in a terminal, and nobody answers any more."""
        if self._server is None:
            return
        os.killpg(self._server.pid, signal.SIGINT)
        try:
            self._server.wait(timeout=PATIENCE / 4)
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
        self._server = None
        assert until(lambda: not self._answers())

    def _run(self, block: Block) -> None:
        for line in block.text.splitlines():
            assert not line.startswith("pip "), "installing is done by the test"
            if line.startswith("cd "):
                self.folder /= line.removeprefix("cd ")
            elif line == SERVER:
                self._start()
            else:
                done = subprocess.run(
                    ["sh", "-c", line],
                    cwd=self.folder,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"

    def _file(self, block: Block) -> None:
        path = self.folder / block.file
        named = block.text.partition("\n")[0]
        if named.endswith(", as written"):
            assert path.read_text() == block.body
            return
        if named.endswith(", in part"):
            assert block.body in path.read_text()
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text)

    def _edit(self, block: Block) -> None:
        lines = block.body.splitlines()
        old, new = ("".join(f"{line[1:]}\n" for line in lines if not line.startswith(other)) for other in ("+", "-"))
        path = self.folder / block.file
        assert path.read_text().count(old) == 1, f"{block.file} has not once:\n{old}"
        path.write_text(path.read_text().replace(old, new))
        self.by_hand += sum(line.startswith("+") and line[1:].strip() != "" for line in lines)

    def _start(self) -> None:
        log = self.folder / "server.log"
        with log.open("ab") as output:
            server = self._server = subprocess.Popen(
                [*SERVER.split(), f"127.0.0.1:{self.port}"],
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        assert until(lambda: server.poll() is not None or self._answers()), log.read_text()
        assert server.poll() is None, log.read_text()

    def _answers(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def lines_of_code(text: str) -> int:
    """Neither blank nor a comment."""
    return sum(line.strip() != "" and not line.strip().startswith("#") for line in text.splitlines())
