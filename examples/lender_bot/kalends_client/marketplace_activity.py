from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class MarketplaceActivity(BaseModel):
    marketplace_activity: "MarketplaceActivityMarketplaceActivity" = Field(
        alias="marketplaceActivity"
    )


class MarketplaceActivityMarketplaceActivity(BaseModel):
    kind: str
    cursor: str
    loan: Optional["MarketplaceActivityMarketplaceActivityLoan"]


class MarketplaceActivityMarketplaceActivityLoan(BaseModel):
    reference: str


MarketplaceActivity.model_rebuild()
MarketplaceActivityMarketplaceActivity.model_rebuild()
