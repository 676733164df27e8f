from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import MoneyParts


class MyBids(BaseModel):
    me: Optional["MyBidsMe"]


class MyBidsMe(BaseModel):
    bids: "MyBidsMeBids"


class MyBidsMeBids(BaseModel):
    edges: list["MyBidsMeBidsEdges"]
    page_info: "MyBidsMeBidsPageInfo" = Field(alias="pageInfo")


class MyBidsMeBidsEdges(BaseModel):
    node: "MyBidsMeBidsEdgesNode"


class MyBidsMeBidsEdgesNode(BaseModel):
    client_reference: Optional[str] = Field(alias="clientReference")
    amount: "MyBidsMeBidsEdgesNodeAmount"
    loan: Optional["MyBidsMeBidsEdgesNodeLoan"]


MyBidsMeBidsEdgesNodeAmount = MoneyParts


class MyBidsMeBidsEdgesNodeLoan(BaseModel):
    id: str


class MyBidsMeBidsPageInfo(BaseModel):
    has_next_page: bool = Field(alias="hasNextPage")
    end_cursor: Optional[str] = Field(alias="endCursor")


MyBids.model_rebuild()
MyBidsMe.model_rebuild()
MyBidsMeBids.model_rebuild()
MyBidsMeBidsEdges.model_rebuild()
MyBidsMeBidsEdgesNode.model_rebuild()
