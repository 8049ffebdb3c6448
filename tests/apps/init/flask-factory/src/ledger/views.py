from flask import Blueprint, jsonify

pages = Blueprint("pages", __name__)


@pages.get("/health")
def health():
    return jsonify(ok=True)


@pages.get("/balance/<int:account>")
def balance(account):
    bookings = {1: [10, 20], 2: []}[account]
    return jsonify(mean=sum(bookings) / len(bookings))
