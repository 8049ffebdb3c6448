"""The shop behind Flask."""

import splat
import splat.integrations.flask
from flask import Flask, request
from shop.checkout import checkout

splat.init()
app = Flask(__name__)
splat.integrations.flask.install(app)


@app.post("/orders/<customer>")
def order(customer):
    return {"receipt": checkout(request.get_json())}
