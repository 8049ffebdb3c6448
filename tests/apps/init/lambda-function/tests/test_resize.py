from function.resize import lambda_handler


def test_small():
    assert lambda_handler({"size": "small"}, None)["body"] == "100"
