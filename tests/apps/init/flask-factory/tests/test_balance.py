from ledger import create_app


def test_balance():
    assert create_app(testing=True).test_client().get("/balance/1").json == {"mean": 15}
