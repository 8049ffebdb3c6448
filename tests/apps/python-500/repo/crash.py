"""One request that ends in a 500."""

import logging
import sys

from orders.app import handle

logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
status, body = handle("/invoice/2")
sys.exit(status != 200)
