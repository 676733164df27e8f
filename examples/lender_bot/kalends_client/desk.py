from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Currency, Scope, StepKind
from .fragments import MoneyParts


class Desk(BaseModel):
    platform: "DeskPlatform"
    documents: list["DeskDocuments"]
    me: Optional["DeskMe"]


class DeskPlatform(BaseModel):
    profile: "DeskPlatformProfile"


class DeskPlatformProfile(BaseModel):
    currency: Currency


class DeskDocuments(BaseModel):
    id: str


class DeskMe(BaseModel):
    id: str
    scopes: list[Scope]
    next_steps: list["DeskMeNextSteps"] = Field(alias="nextSteps")
    wallet: "DeskMeWallet"


class DeskMeNextSteps(BaseModel):
    kind: StepKind


class DeskMeWallet(BaseModel):
    available: "DeskMeWalletAvailable"


DeskMeWalletAvailable = MoneyParts
Desk.model_rebuild()
DeskPlatform.model_rebuild()
DeskMe.model_rebuild()
DeskMeWallet.model_rebuild()
