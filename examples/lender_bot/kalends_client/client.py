from collections.abc import AsyncIterator
from typing import Any, Optional, Union

from .async_base_client import AsyncBaseClient
from .base_model import UNSET, UnsetType
from .desk import Desk
from .input_types import PlaceBidInput
from .market import Market
from .marketplace_activity import MarketplaceActivity
from .my_bids import MyBids
from .place_bid import PlaceBid


def gql(q: str) -> str:
    return q


class KalendsClient(AsyncBaseClient):
    async def desk(self, **kwargs: Any) -> Desk:
        query = gql("""
            query Desk {
              platform {
                profile {
                  currency
                }
              }
              documents(kinds: [RISK_WARNING]) {
                id
              }
              me {
                id
                scopes
                nextSteps(goal: LEND) {
                  kind
                }
                wallet {
                  available {
                    ...MoneyParts
                  }
                }
              }
            }

            fragment MoneyParts on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="Desk", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Desk.model_validate(data)

    async def my_bids(
        self, after: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> MyBids:
        query = gql("""
            query MyBids($after: String) {
              me {
                bids(status: [ACTIVE, ACCEPTED], first: 100, after: $after) {
                  edges {
                    node {
                      clientReference
                      amount {
                        ...MoneyParts
                      }
                      loan {
                        id
                      }
                    }
                  }
                  pageInfo {
                    hasNextPage
                    endCursor
                  }
                }
              }
            }

            fragment MoneyParts on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {"after": after}
        response = await self.execute(
            query=query, operation_name="MyBids", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return MyBids.model_validate(data)

    async def market(
        self, after: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> Market:
        query = gql("""
            query Market($after: String) {
              loans(filter: {status: [LISTED]}, orderBy: NEWEST, first: 100, after: $after) {
                edges {
                  node {
                    id
                    reference
                    title
                    purpose
                    grade
                    annualRate
                    installmentCount
                    frequency
                    amount {
                      ...MoneyParts
                    }
                    funding {
                      remaining {
                        ...MoneyParts
                      }
                      minimumBid {
                        ...MoneyParts
                      }
                      lot {
                        ...MoneyParts
                      }
                    }
                  }
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
              }
            }

            fragment MoneyParts on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {"after": after}
        response = await self.execute(
            query=query, operation_name="Market", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Market.model_validate(data)

    async def place_bid(self, input: PlaceBidInput, **kwargs: Any) -> PlaceBid:
        query = gql("""
            mutation PlaceBid($input: PlaceBidInput!) {
              placeBid(input: $input) {
                __typename
                ... on PlaceBidPayload {
                  replayed
                  bid {
                    id
                    amount {
                      ...MoneyParts
                    }
                  }
                  wallet {
                    available {
                      ...MoneyParts
                    }
                  }
                }
                ... on UserError {
                  message
                  code
                }
                ... on Busy {
                  retryAfterMs
                }
              }
            }

            fragment MoneyParts on Money {
              amount
              currency
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="PlaceBid", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return PlaceBid.model_validate(data)

    async def marketplace_activity(
        self, after: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> AsyncIterator[MarketplaceActivity]:
        query = gql("""
            subscription MarketplaceActivity($after: String) {
              marketplaceActivity(after: $after) {
                kind
                cursor
                loan {
                  reference
                }
              }
            }
            """)
        variables: dict[str, object] = {"after": after}
        async for data in self.execute_ws(
            query=query,
            operation_name="MarketplaceActivity",
            variables=variables,
            **kwargs,
        ):
            yield MarketplaceActivity.model_validate(data)
