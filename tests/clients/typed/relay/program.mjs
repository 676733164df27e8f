// Relay with what its compiler made: a page that is fetched on with its cursor, and a node that is fetched again by its id.
import { createOperationDescriptor, Environment, Network, Observable, RecordSource, Store } from 'relay-runtime'

const { url, loanId } = JSON.parse(process.argv[2])

const ask = async (request, variables) => {
  const body = JSON.stringify({ query: request.text, variables })
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return response.json()
}
const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create((request, variables) => Observable.from(ask(request, variables)))
})
const stored = environment.getStore().getSource()

async function execute (name, variables) {
  const request = await import(`./__generated__/${name}.graphql.js`)
  const operation = createOperationDescriptor(request.default, variables)
  environment.retain(operation)
  await environment.execute({ operation }).toPromise()
  return environment.lookup(operation.fragment).data
}
const loans = () => stored.getRecordIDs().filter((id) => id.startsWith('loan_') && !id.includes(':')).length

await execute('programLoansQuery', { count: 2, cursor: null })
const before = loans()
const page = stored.get(stored.get('client:root:loans(first:2)').pageInfo.__ref)
await execute('programLoansPaginationQuery', { count: 2, cursor: page.endCursor })
const after = loans()
const again = await execute('programLoanRefetchQuery', { id: loanId })
process.stdout.write(JSON.stringify({
  before, after, hasNext: page.hasNextPage, title: stored.get(loanId).title, refetched: again.node !== null
}) + '\n')
process.exit(0)
