from typing import Literal, Union

from pydantic import Field

from .base_model import BaseModel
from .fragments import MoneyParts


class PlaceBid(BaseModel):
    place_bid: Union[
        "PlaceBidPlaceBidPlaceBidPayload",
        "PlaceBidPlaceBidLoanNotOpen",
        "PlaceBidPlaceBidOwnLoan",
        "PlaceBidPlaceBidBidBelowMinimum",
        "PlaceBidPlaceBidBidNotInLots",
        "PlaceBidPlaceBidRemainingTooSmall",
        "PlaceBidPlaceBidInsufficientFunds",
        "PlaceBidPlaceBidLimitReached",
        "PlaceBidPlaceBidStepRequired",
        "PlaceBidPlaceBidDocumentsNotAcknowledged",
        "PlaceBidPlaceBidInvalidInput",
        "PlaceBidPlaceBidNotFound",
        "PlaceBidPlaceBidNotAllowed",
        "PlaceBidPlaceBidIdempotencyConflict",
        "PlaceBidPlaceBidBusy",
    ] = Field(alias="placeBid", discriminator="typename__")


class PlaceBidPlaceBidPlaceBidPayload(BaseModel):
    typename__: Literal["PlaceBidPayload"] = Field(alias="__typename")
    replayed: bool
    bid: "PlaceBidPlaceBidPlaceBidPayloadBid"
    wallet: "PlaceBidPlaceBidPlaceBidPayloadWallet"


class PlaceBidPlaceBidPlaceBidPayloadBid(BaseModel):
    id: str
    amount: "PlaceBidPlaceBidPlaceBidPayloadBidAmount"


PlaceBidPlaceBidPlaceBidPayloadBidAmount = MoneyParts


class PlaceBidPlaceBidPlaceBidPayloadWallet(BaseModel):
    available: "PlaceBidPlaceBidPlaceBidPayloadWalletAvailable"


PlaceBidPlaceBidPlaceBidPayloadWalletAvailable = MoneyParts


class PlaceBidPlaceBidLoanNotOpen(BaseModel):
    typename__: Literal["LoanNotOpen"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidOwnLoan(BaseModel):
    typename__: Literal["OwnLoan"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidBidBelowMinimum(BaseModel):
    typename__: Literal["BidBelowMinimum"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidBidNotInLots(BaseModel):
    typename__: Literal["BidNotInLots"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidRemainingTooSmall(BaseModel):
    typename__: Literal["RemainingTooSmall"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidInsufficientFunds(BaseModel):
    typename__: Literal["InsufficientFunds"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidLimitReached(BaseModel):
    typename__: Literal["LimitReached"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidStepRequired(BaseModel):
    typename__: Literal["StepRequired"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidDocumentsNotAcknowledged(BaseModel):
    typename__: Literal["DocumentsNotAcknowledged"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidInvalidInput(BaseModel):
    typename__: Literal["InvalidInput"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidNotFound(BaseModel):
    typename__: Literal["NotFound"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidNotAllowed(BaseModel):
    typename__: Literal["NotAllowed"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidIdempotencyConflict(BaseModel):
    typename__: Literal["IdempotencyConflict"] = Field(alias="__typename")
    message: str
    code: str


class PlaceBidPlaceBidBusy(BaseModel):
    typename__: Literal["Busy"] = Field(alias="__typename")
    message: str
    code: str
    retry_after_ms: int = Field(alias="retryAfterMs")


PlaceBid.model_rebuild()
PlaceBidPlaceBidPlaceBidPayload.model_rebuild()
PlaceBidPlaceBidPlaceBidPayloadBid.model_rebuild()
PlaceBidPlaceBidPlaceBidPayloadWallet.model_rebuild()
