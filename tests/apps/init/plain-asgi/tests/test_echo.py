def test_import():
    from echo.server import app

    assert app
