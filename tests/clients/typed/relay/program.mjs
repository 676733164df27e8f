// Relay with what its compiler made: a page that is fetched on with its cursor, and a node that is fetched again by its id.
import { createOperationDescriptor, Environment, Network, Observable, RecordSource, Store } from 'relay-runtime'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { url, loanId } = JSON.parse(process.argv[2])
const environment = new Environment({
  store: new Store(new RecordSource()),
  network: Network.create((request, variables) => Observable.from(
    fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: request.text, variables })
    }).then((response) => response.json())
  ))
})

async function execute (name, variables) {
  const descriptor = createOperationDescriptor(require(`./__generated__/${name}.graphql.cjs`), variables)
  const retained = environment.retain(descriptor)
  await environment.execute({ operation: descriptor }).toPromise()
  return { found: environment.lookup(descriptor.fragment).data, release: () => retained.dispose() }
}

const first = await execute('programLoansQuery', { count: 2, cursor: null })
const source = environment.getStore().getSource()
const stored = () => source.getRecordIDs().filter((id) => /^loan_/.test(id)).length
const before = stored()
const { pageInfo } = source.get('client:root:loans(first:2)') ? readPage() : {}
function readPage () {
  const page = source.get('client:root:loans(first:2)')
  const info = source.get(page.pageInfo.__ref)
  return { pageInfo: info }
}
await execute('programLoansQuery', { count: 2, cursor: pageInfo.endCursor })
const again = await execute('programLoanRefetchQuery', { id: loanId })
process.stdout.write(JSON.stringify({
  before, after: stored(), hasNext: pageInfo.hasNextPage, title: source.get(loanId).title, refetched: again.found.node !== null
}) + '\n')
first.release()
