#!/usr/bin/env python3
"""A small shop."""
import os

from flask import Flask, jsonify

PRICES = {"1": 1999, "2": 4500}

app = Flask(__name__)
app.config["CURRENCY"] = os.environ.get("CURRENCY", "EUR")


@app.route("/health")
def health():
    return jsonify(ok=True)


@app.route("/orders/<number>")
def order(number):
    return jsonify(total=PRICES[number])


if __name__ == "__main__":
    app.run(port=int(os.environ.get("PORT", "5000")))
