from fastapi import FastAPI

app = FastAPI()


@app.get('/health')
def health():
    return 'ok'


@app.get('/fail/{n}')
def fail(n: int):
    return 1 // n
