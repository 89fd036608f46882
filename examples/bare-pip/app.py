"""Roman numerals over HTTP."""

from flask import Flask, jsonify

from numerals import from_roman, to_roman

app = Flask(__name__)


@app.get("/")
def index():
    return jsonify(service="numerals")


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.get("/to/<int:number>")
def to(number):
    try:
        return jsonify(roman=to_roman(number))
    except ValueError as error:
        return jsonify(error=str(error)), 422


@app.get("/from/<text>")
def back(text):
    try:
        return jsonify(number=from_roman(text))
    except ValueError as error:
        return jsonify(error=str(error)), 422
