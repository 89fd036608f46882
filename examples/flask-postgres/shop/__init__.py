"""A small shop's stock. DATABASE_URL names the PostgreSQL database; without it there are samples."""

import os

from flask import Flask, jsonify, render_template, request

from shop.stock import MemoryStock, PostgresStock


def create_app(stock=None):
    app = Flask(__name__)
    url = os.environ.get("DATABASE_URL")
    stock = stock or (PostgresStock(url) if url else MemoryStock.with_samples())

    @app.get("/")
    def index():
        return render_template("index.html", items=stock.items())

    @app.get("/health")
    def health():
        return {"status": "ok", "client": stock.client()}

    @app.get("/items")
    def items():
        return jsonify([{"name": name, "count": count} for name, count in stock.items()])

    @app.post("/items/<name>")
    def change(name):
        body = request.get_json(silent=True) or {}
        by = body.get("by")
        if not isinstance(by, int):
            return {"error": "by: a number is expected"}, 422
        try:
            return {"name": name, "count": stock.change(name, by)}
        except ValueError as error:
            return {"error": str(error)}, 409

    @app.errorhandler(404)
    def missing(_):
        return {"error": "not found"}, 404

    return app
