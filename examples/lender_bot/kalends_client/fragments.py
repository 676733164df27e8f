from decimal import Decimal

from .base_model import BaseModel
from .enums import Currency


class MoneyParts(BaseModel):
    amount: Decimal
    currency: Currency


MoneyParts.model_rebuild()
