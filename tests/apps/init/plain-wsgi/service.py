"""A page without a framework."""

GREETINGS = {"/en": b"hello", "/fr": b"bonjour", "/health": b"ok"}


def application(environ, start_response):
    body = GREETINGS[environ["PATH_INFO"]]
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]
