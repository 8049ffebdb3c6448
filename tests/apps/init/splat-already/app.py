import os

import splat
import splat.integrations.flask
from flask import Flask

splat.init(repo="octo/shop", token=os.environ.get("SPLAT_TOKEN"))

app = Flask(__name__)
splat.integrations.flask.install(app)


@app.get("/boom")
def boom():
    return {}["boom"]
