"""The service: `uvicorn app.main:app`."""

import logging
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, HttpUrl

from app.links import Links, Taken

logger = logging.getLogger("uvicorn.error")
links = Links()


@asynccontextmanager
async def lifespan(_: FastAPI):
    links.add("https://www.python.org/", "python")
    logger.info("%d links", len(links))
    yield
    logger.info("closing with %d links", len(links))


app = FastAPI(title="Short links", lifespan=lifespan)


class NewLink(BaseModel):
    target: HttpUrl
    name: str | None = None


@app.get("/")
def index() -> dict[str, int | str]:
    return {"service": "short links", "links": len(links)}


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.post("/links", status_code=201)
def create(new: NewLink) -> dict[str, str]:
    try:
        return {"name": links.add(str(new.target), new.name)}
    except Taken as error:
        raise HTTPException(409, f"{error} is taken") from error


@app.get("/links/{name}")
def show(name: str) -> dict[str, str | int]:
    link = links.get(name)
    if link is None:
        raise HTTPException(404, "no such link")
    return {"name": name, "target": link.target, "visits": link.visits}


@app.get("/{name}", response_class=RedirectResponse, status_code=307)
def follow(name: str) -> str:
    target = links.follow(name)
    if target is None:
        raise HTTPException(404, "no such link")
    return target
