import flask

server = flask.Flask("gateway")


@server.get("/health")
def health():
    return "ok"


@server.get("/route/<name>")
def route(name):
    return {"web": "10.0.0.1"}[name]
