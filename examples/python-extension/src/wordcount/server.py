"""POST a text to /count; GET /count?text=… for a short one."""

import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from wordcount import most_common, word_total

LIMIT = 1_000_000


class Handler(BaseHTTPRequestHandler):
    server_version = "wordcount"
    sys_version = ""

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/health":
            self.answer(200, {"status": "ok"})
        elif url.path == "/count":
            self.count(parse_qs(url.query).get("text", [""])[0])
        else:
            self.answer(404, {"error": "not found"})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > LIMIT:
            self.answer(413, {"error": f"at most {LIMIT} bytes"})
        else:
            self.count(self.rfile.read(length).decode("utf-8", "replace"))

    def count(self, text: str) -> None:
        self.answer(200, {"total": word_total(text), "words": most_common(text)})

    def answer(self, status: int, document: object) -> None:
        body = json.dumps(document).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


def main() -> None:
    port = int(os.environ.get("PORT", "8080"))
    server = ThreadingHTTPServer(("0.0.0.0", port), Handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    print(f"wordcount: listening on {port}", flush=True)
    server.serve_forever()
