"""Counts visits. The image starts the development server; the compose file starts gunicorn."""

import os
import signal
import sys
import threading

from flask import Flask, jsonify

app = Flask(__name__)
lock = threading.Lock()
visits = {"count": 0}


@app.get("/")
def index():
    with lock:
        visits["count"] += 1
    return jsonify(message=os.environ.get("GREETING", "hello"))


@app.get("/healthz")
def healthz():
    return jsonify(status="ok")


@app.get("/visits")
def show():
    return jsonify(visits)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app.run(host="0.0.0.0", port=5000)
