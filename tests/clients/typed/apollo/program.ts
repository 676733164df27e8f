// Apollo Client with typed documents by graphql-codegen: pages that merge, a mutation with typed refusals, a subscription.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client'
import { GraphQLWsLink } from '@apollo/client/link/subscriptions'
import { relayStylePagination } from '@apollo/client/utilities'
import { createClient } from 'graphql-ws'
import { WebSocket } from 'ws'
import { graphql } from './gql/gql.ts'

const { url, token, loanId, documentIds } = JSON.parse(process.argv[2]!)
const say = (what: unknown) => process.stdout.write(JSON.stringify(what) + '\n')

const LOANS = graphql(`query Loans($after: String) {
  loans(first: 2, after: $after) { edges { node { id title annualRate } } pageInfo { endCursor hasNextPage } }
}`)
const BID = graphql(`mutation Bid($input: PlaceBidInput!) {
  placeBid(input: $input) {
    __typename
    ... on PlaceBidPayload { bid { id amount { amount currency } } }
    ... on UserError { code message path }
    ... on BidBelowMinimum { minimum { amount } }
  }
}`)
const FUNDING = graphql(`subscription Funding($loanIds: [ID!]!) {
  loanFunding(loanIds: $loanIds) { loan { id funding { committed { amount } } } }
}`)

// As Apollo's documentation says: fragments on interfaces and unions match what the schema says may be one.
const asked = await fetch(url, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query: '{ __schema { types { name possibleTypes { name } } } }' })
})
type Kind = { name: string; possibleTypes: { name: string }[] | null }
const kinds: Kind[] = (await asked.json()).data.__schema.types
const possibleTypes = Object.fromEntries(
  kinds.flatMap(({ name, possibleTypes }) => (possibleTypes ? [[name, possibleTypes.map((one) => one.name)]] : []))
)

const sockets = createClient({
  url: url.replace('http', 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: { Authorization: `Bearer ${token}` }
})
const client = new ApolloClient({
  link: ApolloLink.split(
    ({ query }) => query.definitions.some((one) => one.kind === 'OperationDefinition' && one.operation === 'subscription'),
    new GraphQLWsLink(sockets),
    new HttpLink({ uri: url, headers: { authorization: `Bearer ${token}` } })
  ),
  cache: new InMemoryCache({ possibleTypes, typePolicies: { Query: { fields: { loans: relayStylePagination() } } } })
})

let end = (await client.query({ query: LOANS })).data!.loans.pageInfo
const pages = client.watchQuery({ query: LOANS })
const watching = pages.subscribe(() => {})
for (let more = 0; end.hasNextPage && more < 20; more++) {
  const { data } = await pages.fetchMore({ variables: { after: end.endCursor } })
  end = data!.loans.pageInfo
}
watching.unsubscribe()
const merged = client.readQuery({ query: LOANS })!
say({ titles: merged.loans.edges.map((edge) => edge.node.title) })

const told = new Promise<void>((resolve) => {
  let first = true
  client.subscribe({ query: FUNDING, variables: { loanIds: [loanId] } }).subscribe(async ({ data }) => {
    say({ committed: data!.loanFunding.loan.funding!.committed.amount })
    if (!first) return resolve()
    first = false
    for (const amount of ['1.00', '200.00']) {
      const input = {
        loanId, amount: { amount, currency: 'CNY' as const }, acknowledgedDocumentIds: documentIds, idempotencyKey: amount
      }
      const { data } = await client.mutate({ mutation: BID, variables: { input } })
      const bid = data!.placeBid
      if (bid.__typename === 'BidBelowMinimum') say({ refused: bid.code, minimum: bid.minimum.amount })
      else if (bid.__typename === 'PlaceBidPayload') say({ placed: bid.bid.amount.amount })
      else say({ refused: bid.code })
    }
  })
})
await told
await sockets.dispose()
client.stop()
