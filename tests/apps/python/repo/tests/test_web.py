from shop.web import application


def get(query):
    seen = []
    body = b"".join(application({"QUERY_STRING": query}, lambda status, headers: seen.append(status)))
    return seen[0], body


def test_total_of_two():
    assert get("item=tea&item=cup") == ("200 OK", b"1650")
