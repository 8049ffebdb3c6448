import sentry_sdk
from flask import Flask
from splat.middleware.flask import SplatFlask

sentry_sdk.init(dsn="")
app = Flask(__name__)
splat = SplatFlask()
splat.init_app(app)
