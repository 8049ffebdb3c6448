from tickets.routes import seat


def test_seat():
    assert seat(0) == {"seat": "A"}
