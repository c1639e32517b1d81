"""Two machines that install from this repository get the same packages."""

import json
import re
from importlib import metadata
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.tooling.helpers import ROOT

RENEW = "; the head of constraints.txt says how to renew it"


def pins(name: str) -> dict[str, str]:
    """Package to version, of a file that may hold nothing but exact versions."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines())
    found: dict[str, str] = {}
    for line in lines:
        if not line or line.startswith("-c "):
            continue
        match = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==([0-9][0-9A-Za-z.]*)", line)
        assert match, f"{name} holds what is no exact version: {line}"
        found[canonicalize_name(match[1])] = match[2]
    return found


def needed() -> set[str]:
    """Everything that requirements.txt needs here, directly or not, by what the installed packages say."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines())
    look = [Requirement(line) for line in lines if line and not line.startswith("-")]
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    while look:
        requirement = look.pop()
        name = canonicalize_name(requirement.name)
        found.add(name)
        for extra in {"", *requirement.extras}:
            if (name, extra) in seen:
                continue
            seen.add((name, extra))
            for text in metadata.requires(name) or []:
                below = Requirement(text)
                if below.marker is None or below.marker.evaluate({"extra": extra}):
                    look.append(below)
    return found


def test_requirements_read_the_constraints() -> None:
    assert "-c constraints.txt" in (ROOT / "requirements.txt").read_text().splitlines()


def test_requirements_and_constraints_name_the_same_versions() -> None:
    constraints = pins("constraints.txt")

    assert {name: constraints.get(name) for name in pins("requirements.txt")} == pins("requirements.txt"), RENEW


def test_everything_needed_is_pinned_and_nothing_else() -> None:
    assert set(pins("constraints.txt")) == needed(), RENEW


def test_installed_versions_are_the_pinned_ones() -> None:
    constraints = pins("constraints.txt")

    assert {name: metadata.version(name) for name in constraints} == constraints, "run `make build`"


def lock() -> dict[str, dict[str, Any]]:
    packages: dict[str, dict[str, Any]] = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    return packages


def test_npm_lock_is_complete_for_every_platform() -> None:
    """npm writes a lock file without the optional packages that it could not reach, and `npm ci` then refuses it."""
    locked = {path.rpartition("node_modules/")[2] for path in lock()}
    absent = {
        (path, name)
        for path, package in lock().items()
        for name in {**package.get("dependencies", {}), **package.get("optionalDependencies", {})}
        if name not in locked
    }

    assert absent == set()


def test_npm_lock_holds_hashes_and_no_machine_of_ours() -> None:
    installed = {path: package for path, package in lock().items() if path}

    assert [path for path, package in installed.items() if not package.get("integrity")] == []
    elsewhere = {
        package["resolved"]
        for package in installed.values()
        if not package.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/")
    }
    assert elsewhere == set()
