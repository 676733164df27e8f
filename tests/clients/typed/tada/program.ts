// gql.tada: types come from the document itself, without a generated file for each.
import { initGraphQLTada, type ResultOf } from 'gql.tada'
import { print } from 'graphql'
import type { introspection } from './graphql-env.d.ts'

const graphql = initGraphQLTada<{
  introspection: introspection
  scalars: { Decimal: string; Rate: string; Date: string; DateTime: string }
}>()

const LOANS = graphql(`query { loans(first: 3) { edges { node { title amount { amount currency } grade } } } }`)
const NODE = graphql(`query ($id: ID!) { node(id: $id) { __typename id ... on Loan { title } } }`)

const { url, loanId } = JSON.parse(process.argv[2]!)
async function ask<Result>(document: Parameters<typeof print>[0], variables: object): Promise<Result> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: print(document), variables })
  })
  return (await response.json()).data
}

const { loans } = await ask<ResultOf<typeof LOANS>>(LOANS, {})
const titles: string[] = loans.edges.map((edge) => edge.node.title)
// @ts-expect-error a loan has no such field
loans.edges.map((edge) => edge.node.nothing)
const { node } = await ask<ResultOf<typeof NODE>>(NODE, { id: loanId })
const title = node?.__typename === 'Loan' ? node.title : null
process.stdout.write(JSON.stringify({ titles, title }) + '\n')
