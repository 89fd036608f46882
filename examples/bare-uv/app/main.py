"""A thermostat's schedule over HTTP."""

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

from app.schedule import Schedule

app = FastAPI(title="Thermostat")
schedule = Schedule({6: 20.5, 9: 18.0, 17: 21.0, 22: 16.5})


class Setting(BaseModel):
    hour: int = Field(ge=0, le=23)
    degrees: float = Field(ge=5, le=30)


@app.get("/health")
def health() -> dict[str, str]:
    return {"status": "ok"}


@app.get("/")
def settings() -> list[Setting]:
    return [Setting(hour=hour, degrees=degrees) for hour, degrees in schedule.settings()]


@app.get("/at/{hour}")
def at(hour: int) -> dict[str, float]:
    if not 0 <= hour <= 23:
        raise HTTPException(422, "an hour from 0 to 23 is expected")
    return {"degrees": schedule.at(hour)}


@app.put("/")
def change(setting: Setting) -> list[Setting]:
    schedule.change(setting.hour, setting.degrees)
    return settings()
