"""The web process at rest, and the first page over the wire (without charts, with all that it loads)."""

from __future__ import annotations

import re
import time
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urljoin

from bench.private_memory import private_bytes
from bench.studio import Studio, running

ASSET = re.compile(r'(?:src|href)="([^"#]+\.(?:js|css|svg)[^"]*)"')
IMPORTED = re.compile(r'(?:from|import)\s*"(\./[^"]+\.js)"')


def measure() -> dict[str, Any]:
    with running() as studio:
        browser = signed_in(studio)
        first = _page(browser, studio.address + "/")
        time.sleep(3)
        web = studio.pid("uvicorn")
        status = Path(f"/proc/{web}/status").read_text()
        resident = int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) * 1024  # type: ignore[union-attr]
        return {
            "web_resident_mb": round(resident / 1e6),
            "web_private_mb": round(private_bytes(web) / 1e6),
            "first_page_kb": round(first / 1e3),
        }


def signed_in(studio: Studio) -> urllib.request.OpenerDirector:
    """Something that asks for pages as a signed-in browser does, and takes gzip."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(studio.address + "/signin/").read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)  # type: ignore[union-attr]
    form = urlencode({"token": studio.link.split("#")[1], "csrfmiddlewaretoken": token}).encode()
    browser.open(
        urllib.request.Request(studio.address + "/signin/", data=form, headers={"Referer": studio.address})
    )
    browser.addheaders = [("Accept-Encoding", "gzip, br")]
    return browser


def _page(browser: urllib.request.OpenerDirector, address: str) -> int:
    """Bytes of the page and of everything that it names, scripts that scripts import included."""
    import gzip

    seen: set[str] = set()
    waiting, total = [address], 0
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        answer = browser.open(at)
        content = answer.read()
        total += len(content) + len(str(answer.headers))
        if answer.headers.get("Content-Encoding") == "gzip":
            content = gzip.decompress(content)
        if answer.headers.get("Content-Encoding") == "br":
            continue
        text = content.decode("utf-8", "replace")
        pattern = IMPORTED if at.endswith(".js") else ASSET if at == address else None
        waiting += [urljoin(at, found) for found in pattern.findall(text)] if pattern else []
    return total
