"""GET /total?item=tea&item=cup answers with the cart's total."""

from urllib.parse import parse_qs

from shop.cart import total

PRICES = [("tea", 450), ("cup", 1200), ("spoon", 250)]


def application(environ, start_response):
    items = parse_qs(environ.get("QUERY_STRING", "")).get("item", [])
    body = str(total(PRICES, items)).encode()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [body]
