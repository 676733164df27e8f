from decimal import Decimal
from typing import Annotated, Optional

from pydantic import Field, PlainSerializer

from .base_model import BaseModel
from .enums import Currency


class MoneyInput(BaseModel):
    """An exact amount of one currency."""

    amount: Annotated[Decimal, PlainSerializer(str)]
    "Exact decimal string; more digits than the currency has are an error."
    currency: Currency
    "The currency; commands take the currency of the thing they are about."


class PlaceBidInput(BaseModel):
    """The bid to place."""

    loan_id: str = Field(alias="loanId")
    "The loan."
    amount: "MoneyInput"
    "How much: a multiple of the loan's lot and at least its minimum bid, or all that is left."
    allow_partial: bool = Field(alias="allowPartial", default=True)
    "Whether to take what is left if that is less; else the bid is refused."
    acknowledged_document_ids: list[str] = Field(alias="acknowledgedDocumentIds")
    "The documents you have read: must name the risk warning in force; at most 20."
    client_reference: Optional[str] = Field(alias="clientReference", default=None)
    "A note of your own on the bid, 1 to 80 characters; others do not see it."
    idempotency_key: str = Field(alias="idempotencyKey")
    "1 to 200 characters of your choice: a repeat with the same key acts once and gets the same answer."


PlaceBidInput.model_rebuild()
