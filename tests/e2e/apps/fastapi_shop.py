"""The shop behind FastAPI."""

import splat
import splat.integrations.starlette
from fastapi import FastAPI
from shop.checkout import checkout

splat.init()
app = FastAPI()
splat.integrations.starlette.install(app)


@app.post("/orders/{customer}")
def order(customer: str, order: dict):
    return {"receipt": checkout(order)}
