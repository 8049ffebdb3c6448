from jobs.tasks import convert


def test_convert():
    assert convert(2, "EUR") == 2
