"""The ledger's web pages."""

from __future__ import annotations

from flask import Flask


def create_app(testing: bool = False) -> Flask:
    """The app, ready to be served."""
    app = Flask(__name__)
    app.config["TESTING"] = testing

    from ledger.views import pages

    app.register_blueprint(pages)
    return app
