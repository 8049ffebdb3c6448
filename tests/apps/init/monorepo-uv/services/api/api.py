from fastapi import FastAPI

app = FastAPI()


@app.get("/health")
def health():
    return {"ok": True}


@app.get("/user/{name}")
def user(name: str):
    return {"age": {"ann": 31}[name]}
