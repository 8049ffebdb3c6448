from app import app


def test_order():
    assert app.test_client().get("/orders/1").json == {"total": 1999}
