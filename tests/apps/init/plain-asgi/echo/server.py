async def app(scope, receive, send):
    assert scope["type"] == "http"
    length = int(dict(scope["headers"]).get(b"content-length", b"0"))
    if scope["path"] == "/ratio":
        length = 100 // length
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(length).encode()})
