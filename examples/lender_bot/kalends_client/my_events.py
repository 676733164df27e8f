from pydantic import Field

from .base_model import BaseModel


class MyEvents(BaseModel):
    my_events: "MyEventsMyEvents" = Field(alias="myEvents")


class MyEventsMyEvents(BaseModel):
    kind: str
    cursor: str


MyEvents.model_rebuild()
