import { Client, fetchExchange, subscriptionExchange } from '@urql/core'
import { authExchange } from '@urql/exchange-auth'
import { cacheExchange } from '@urql/exchange-graphcache'
import { relayPagination } from '@urql/exchange-graphcache/extras'

import { openLive } from './live'
import { patient } from './patience'
import { REFUSALS } from './refusals'
import { API, current, isStale, refresh } from './session'

const UNAUTHENTICATED = 'UNAUTHENTICATED'
const isPart = () => null

/** A client for one visitor: its cache holds nothing that another may not see. */
export function makeClient(): Client {
  const watch = openLive()
  return new Client({
    url: API,
    fetch: patient,
    preferGetMethod: false,
    exchanges: [
      cacheExchange({
        possibleTypes: { UserError: REFUSALS },
        // A wallet is only ever one's own, so its currency names it; what has no id is a part of what holds it.
        keys: {
          Wallet: (wallet) => String(wallet['currency']),
          ActivityFact: isPart,
          BidPreview: isPart,
          BorrowerProfile: isPart,
          BorrowerRecord: isPart,
          CashFlow: isPart,
          Count: isPart,
          Disclosure: isPart,
          Fee: isPart,
          Figure: isPart,
          Funding: isPart,
          FundingUpdate: isPart,
          GradePortfolio: isPart,
          GradeResult: isPart,
          Installment: isPart,
          LoanDisclosure: isPart,
          Money: isPart,
          Platform: isPart,
          Portfolio: isPart,
          ProductFees: isPart,
          Profile: isPart,
          Ratio: isPart,
          SandboxClock: isPart,
          Servicing: isPart,
        },
        resolvers: { Query: { loans: relayPagination() }, Me: { notes: relayPagination() } },
        updates: {
          Mutation: {
            placeBid: (result, args, cache) => {
              const { input } = args as { input: { loanId: string } }
              const loan = { __typename: 'Loan', id: input.loanId }
              if ((result['placeBid'] as { __typename: string }).__typename === 'PlaceBidPayload')
                cache.invalidate(loan, 'bids', { mine: true, first: 20 })
            },
          },
        },
      }),
      authExchange(async (utilities) => ({
        addAuthToOperation: (operation) => {
          const token = current()?.accessToken
          return token ? utilities.appendHeaders(operation, { Authorization: `Bearer ${token}` }) : operation
        },
        willAuthError: isStale,
        didAuthError: (error) => error.graphQLErrors.some((one) => one.extensions['code'] === UNAUTHENTICATED),
        refreshAuth: () => refresh().catch(() => undefined),
      })),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: watch(
              { query: query ?? '', ...(variables ? { variables } : {}) },
              {
                next: (value) =>
                  sink.next({
                    data: value.data ?? null,
                    ...(value.errors ? { errors: [...value.errors] } : {}),
                  }),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  })
}
