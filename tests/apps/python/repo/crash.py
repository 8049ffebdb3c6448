"""Serve one request, as a person with an empty cart would send it."""

import sys
import threading
import traceback
from urllib.error import HTTPError
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

from shop.web import application


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
threading.Thread(target=server.handle_request).start()
try:
    urlopen(f"http://127.0.0.1:{server.server_port}/total")
except HTTPError as error:
    print("the server answered", error.code, file=sys.stderr)
    sys.exit(1)
