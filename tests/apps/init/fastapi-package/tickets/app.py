import contextlib

from fastapi import FastAPI

from tickets.routes import router


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI):
    yield


def build() -> FastAPI:
    api = FastAPI(lifespan=lifespan)
    api.include_router(router)
    return api


app = build()
