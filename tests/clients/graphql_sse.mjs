// The npm client graphql-sse in distinct connections mode, told and telling by lines of JSON.
import { createInterface } from 'node:readline'
import { createClient } from 'graphql-sse'

const { token, ...options } = JSON.parse(process.argv[2])
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n')

const client = createClient({
  singleConnection: false,
  headers: token ? { authorization: `Bearer ${token}` } : {},
  retry: () => new Promise((resolve) => setTimeout(resolve, 100)),
  ...options,
  on: { connected: (wasRetry) => say({ on: 'connected', wasRetry }) }
})

const disposals = new Map()
const commands = {
  subscribe: ({ id, ...request }) =>
    disposals.set(id, client.subscribe(request, {
      next: (value) => say({ on: 'next', id, value }),
      error: (error) => say({ on: 'error', id, status: error.response?.status, message: error.message }),
      complete: () => say({ on: 'complete', id })
    })),
  dispose: ({ id }) => disposals.get(id)()
}
for await (const line of createInterface({ input: process.stdin })) {
  const { do: command, ...rest } = JSON.parse(line)
  commands[command](rest)
}
