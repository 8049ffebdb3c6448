from counter.cli import count


def test_count():
    assert count("banana", "a") == 3
