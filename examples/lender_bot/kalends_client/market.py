from decimal import Decimal
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import Frequency, Grade, Purpose
from .fragments import MoneyParts


class Market(BaseModel):
    loans: "MarketLoans"


class MarketLoans(BaseModel):
    edges: list["MarketLoansEdges"]
    page_info: "MarketLoansPageInfo" = Field(alias="pageInfo")


class MarketLoansEdges(BaseModel):
    node: "MarketLoansEdgesNode"


class MarketLoansEdgesNode(BaseModel):
    id: str
    reference: str
    title: str
    purpose: Purpose
    grade: Optional[Grade]
    annual_rate: Optional[Decimal] = Field(alias="annualRate")
    installment_count: int = Field(alias="installmentCount")
    frequency: Frequency
    amount: "MarketLoansEdgesNodeAmount"
    funding: Optional["MarketLoansEdgesNodeFunding"]


MarketLoansEdgesNodeAmount = MoneyParts


class MarketLoansEdgesNodeFunding(BaseModel):
    remaining: "MarketLoansEdgesNodeFundingRemaining"
    minimum_bid: "MarketLoansEdgesNodeFundingMinimumBid" = Field(alias="minimumBid")
    lot: "MarketLoansEdgesNodeFundingLot"


MarketLoansEdgesNodeFundingRemaining = MoneyParts
MarketLoansEdgesNodeFundingMinimumBid = MoneyParts
MarketLoansEdgesNodeFundingLot = MoneyParts


class MarketLoansPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


Market.model_rebuild()
MarketLoans.model_rebuild()
MarketLoansEdges.model_rebuild()
MarketLoansEdgesNode.model_rebuild()
MarketLoansEdgesNodeFunding.model_rebuild()
