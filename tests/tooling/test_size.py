"""What everybody downloads before they see anything: a number of bytes, which does not grow unnoticed."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 109_000  # bytes of page, worker and service worker, as a server that compresses with Brotli sends them
# bytes of what comes with the first screen that needs it; `pending` is in two of them
LATER = {"changes": 16_000, "device": 6_000, "forms": 25_000, "pending": 1_000}

COMPRESSED = """
const { readFileSync } = require("node:fs");
const { brotliCompressSync } = require("node:zlib");
for (const file of process.argv.slice(1)) console.log(brotliCompressSync(readFileSync(file)).length);
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("build")
    for config in ("vite.config.ts", "vite.sw.config.ts"):
        command = ["node_modules/.bin/vite", "build", "--config", config, "--outDir", str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    return folder


def test_the_app_keeps_to_its_bytes(built: Path) -> None:
    scripts = sorted(built.rglob("*.js"))
    names = [file.name.partition("-")[0] for file in scripts]
    assert sorted(names) == sorted(["main", "sw.js", "worker", *LATER])
    told = subprocess.run(
        ["node", "-e", COMPRESSED, *map(str, scripts)], capture_output=True, text=True, check=True
    ).stdout
    sizes = dict(zip(names, map(int, told.split()), strict=True))
    assert sum(size for name, size in sizes.items() if name not in LATER) <= MOST, sizes
    for name, most in LATER.items():
        assert sizes[name] <= most, (name, sizes[name])
