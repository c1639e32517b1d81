"""Every page of the documentation is found from its first one, and no link leads nowhere."""

import re
from pathlib import Path

from tests.tooling.helpers import ROOT

LINK = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def headings(page: Path) -> set[str]:
    """As they are linked to: GitHub's way."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    lines = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}


def test_links_between_pages_lead_somewhere() -> None:
    broken: list[str] = []
    for page in pages():
        for path, heading in LINK.findall(page.read_text()):
            target = (page.parent / path).resolve() if path else page
            if not target.exists() or (heading and target.suffix == ".md" and heading not in headings(target)):
                broken.append(f"{page.relative_to(ROOT)}: {path}#{heading}")
    assert broken == []


def test_the_first_page_leads_to_all_others() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / path).resolve() for path, _ in LINK.findall(index.read_text())}
    assert [page.name for page in sorted((ROOT / "docs").glob("*.md")) if page not in {*linked, index}] == []
