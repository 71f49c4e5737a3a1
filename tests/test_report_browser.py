"""The page in a real browser: it renders, fits a phone, prints, and asks nobody for anything."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from test_report import report
from test_report_charts import evaluation
from test_report_page import hostile_report

from privsynth.report import render_html

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--hide-scrollbars",
)
MEASURE = """<!doctype html><title>waiting</title>
<iframe id="it" src="/report.html" style="width: 360px; height: 700px; border: 0"></iframe><p id="told"></p>
<script>
document.getElementById("it").onload = event => {
  const page = event.target.contentDocument.documentElement;
  document.getElementById("told").textContent = `width ${page.scrollWidth} height ${page.scrollHeight}`;
};
</script>"""

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(BROWSER is None, reason="no chromium on this machine"),
]


@contextmanager
def proxy(pages: dict[str, str]) -> Iterator[tuple[int, list[str]]]:
    """Serve pages to a browser whose every request comes here, and list what it asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            body = pages.get("/" + self.path.split("/", 3)[-1])
            self.send_response(404 if body is None else 200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write((body or "").encode())

        def do_CONNECT(self) -> None:
            asked.append(self.path)
            self.send_error(403)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_address[1], asked
    finally:
        server.shutdown()
        server.server_close()


def browse(profile: Path, *arguments: str) -> str:
    assert BROWSER is not None
    command = [BROWSER, *FLAGS, f"--user-data-dir={profile}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=90, check=True).stdout


def asked_by(tmp_path: Path, html: str, *arguments: str) -> tuple[str, list[str]]:
    """Open a page with every request sent through a proxy that lists it."""
    with proxy({"/report.html": html, "/measure.html": MEASURE}) as (port, asked):
        told = browse(tmp_path, f"--proxy-server=127.0.0.1:{port}", *arguments)
    browsers_own = re.compile(r"google|gstatic|gvt1|chromium\.org")
    return told, [each for each in asked if not browsers_own.search(each)]


@pytest.mark.parametrize("audience", ["owner", "release"])
def test_the_page_renders_and_asks_for_nothing(audience: str, tmp_path: Path) -> None:
    hostile = {**hostile_report(), "evaluate": evaluation(columns=4, name="</svg><script>alert(1)</script>")}
    html = render_html(report(audience=audience, **hostile))
    dom, asked = asked_by(tmp_path, html, "--dump-dom", "http://page.test/report.html")
    assert asked == ["http://page.test/report.html"]
    assert "<h2" in dom
    assert "NO PRIVACY GUARANTEE" in dom
    assert "<script" not in dom
    assert "<img" not in dom


def test_the_list_of_requests_would_show_a_fetch(tmp_path: Path) -> None:
    _, asked = asked_by(tmp_path, '<img src="//elsewhere.test/x.png">', "--dump-dom", "http://page.test/report.html")
    assert "http://elsewhere.test/x.png" in asked


@pytest.mark.parametrize("drawn", [False, True], ids=["hostile", "with drawings"])
def test_the_page_fits_a_phone(drawn: bool, tmp_path: Path) -> None:
    html = render_html(report(evaluate=evaluation(columns=30)) if drawn else report(**hostile_report()))
    dom, _ = asked_by(tmp_path, html, "--virtual-time-budget=4000", "--dump-dom", "http://page.test/measure.html")
    found = re.search(r"width (\d+) height (\d+)", dom)
    assert found is not None
    assert int(found[1]) == 360
    assert int(found[2]) > 3000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_style_is_applied_in_both_schemes(scheme: str, tmp_path: Path) -> None:
    """The policy that forbids everything else must let the page's own style through."""
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    page.write_text(render_html(report()), encoding="utf-8")
    colours = f"--blink-settings=preferredColorScheme={1 if scheme == 'light' else 0}"
    browse(tmp_path / "profile", colours, "--window-size=900,700", f"--screenshot={picture}", page.as_uri())
    background = _first_pixel(picture)
    assert (min(background) > 240) if scheme == "light" else (max(background) < 60)


def test_the_page_prints(tmp_path: Path) -> None:
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(render_html(report()), encoding="utf-8")
    browse(tmp_path / "profile", "--no-pdf-header-footer", f"--print-to-pdf={paper}", page.as_uri())
    assert paper.read_bytes().startswith(b"%PDF-")
    assert paper.stat().st_size > 20_000


def _first_pixel(picture: Path) -> tuple[int, int, int]:
    """Red, green and blue of the top left pixel of a PNG of 8 bits without interlacing."""
    import zlib

    content = picture.read_bytes()
    data, at = b"", 8
    while at < len(content):
        size, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        data += content[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    red, green, blue = zlib.decompress(data)[1:4]  # no filter changes the first pixel of the first line
    return red, green, blue
