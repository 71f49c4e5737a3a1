"""What the site has beside docs/: README and its like as pages, schemas and examples as files; other links out become plain text."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"README.md": "start.md", "SECURITY.md": "threats.md", "CHANGELOG.md": "changes.md"}
COPIED = ("schemas/", "examples/", "LICENSE")
LINK = re.compile(r"(?<!`)\[([^\]]*)\]\(([^)\s]+)\)")
FETCHED = "https://unpkg.com/"
FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages and files that lie beside docs/."""
    for name, page in PAGES.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    for each in sorted([*ROOT.glob("schemas/*.*"), *ROOT.glob("examples/*.*"), ROOT / "LICENSE"]):
        files.append(File.generated(config, each.relative_to(ROOT).as_posix(), abs_src_path=str(each)))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Lead every link to where its target lies in the site."""
    own = page.file.src_uri
    home = next((name for name, shown in PAGES.items() if shown == own), f"docs/{own}")

    def led(found: re.Match[str]) -> str:
        text, target = found.groups()
        if target.startswith("#") or ":" in target:
            return found[0]
        path, mark, anchor = target.partition("#")
        place = in_site(posixpath.normpath(posixpath.join(posixpath.dirname(home), path)))
        if place is None:
            return text
        return f"[{text}]({posixpath.relpath(place, posixpath.dirname(own) or '.')}{mark}{anchor})"

    parts = FENCED.split(markdown)
    return "".join(part if number % 2 else LINK.sub(led, part) for number, part in enumerate(parts))


def in_site(path: str) -> str | None:
    """Return where a file of the repository lies in the site, or None."""
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path in PAGES:
        return PAGES[path]
    return path if path.startswith(COPIED) and (ROOT / path).is_file() else None


def on_post_build(config: Any) -> None:
    """Take out of the theme's scripts where old browsers would fetch what they lack."""
    for script in Path(config.site_dir).rglob("*.js"):
        text = script.read_text(encoding="utf-8")
        if FETCHED in text:
            script.write_text(text.replace(FETCHED, "absent/"), encoding="utf-8")
