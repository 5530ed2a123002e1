"""The operations on FastAPI under uvicorn, one worker: `perf compare` runs this where both are installed.

Tells its address as the first line and serves until standard input ends.
"""

import os
import socket
import sys
import threading
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Path
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

KEY = "s3cret"


class Order(BaseModel, strict=True):
    name: str = Field(min_length=1)
    count: int = Field(ge=1)
    tags: list[str] = []


class Item(BaseModel):
    id: int
    item: str


class Ordered(BaseModel):
    id: int


async def require_key(x_key: Annotated[str | None, Header()] = None) -> None:
    if x_key != KEY:
        raise HTTPException(status_code=401)


app = FastAPI(openapi_url=None)


@app.get("/hello", response_class=PlainTextResponse)
async def hello() -> str:
    return "Hello, World!"


@app.get("/orders/{id}/items/{item}", dependencies=[Depends(require_key)])
async def get_item(
    id: Annotated[int, Path(ge=1)], item: Annotated[str, Path(max_length=20)]
) -> Item:
    return Item(id=id, item=item)


@app.post("/orders", status_code=201, dependencies=[Depends(require_key)])
async def post_order(order: Order) -> Ordered:
    return Ordered(id=1)


def end_with_stdin() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(2048)
    print("%s:%d" % listener.getsockname(), flush=True)
    threading.Thread(target=end_with_stdin, daemon=True).start()
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
