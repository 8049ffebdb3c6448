from service import application


def test_english():
    assert application({"PATH_INFO": "/en"}, lambda *_: None) == [b"hello"]
