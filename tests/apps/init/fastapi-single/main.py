from fastapi import FastAPI

app = FastAPI(
    title="Weather",
    version="1",
)

READINGS = {"berlin": [21.5, 19.0], "oslo": []}


@app.get("/health")
async def health() -> dict:
    return {"ok": True}


@app.get("/mean/{city}")
async def mean(city: str) -> dict:
    values = READINGS[city]
    return {"mean": sum(values) / len(values)}
