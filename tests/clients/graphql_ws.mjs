// The npm client graphql-ws, told and telling by lines of JSON.
import { createInterface } from 'node:readline'
import { createClient } from 'graphql-ws'
import WebSocket from 'ws'

const { token, lateInit, ...options } = JSON.parse(process.argv[2])
const say = (what) => process.stdout.write(JSON.stringify(what) + '\n')
const reason = (error) =>
  Array.isArray(error) ? { errors: error } : { code: error.code, reason: error.reason, message: error.message }

const client = createClient({
  webSocketImpl: WebSocket,
  connectionParams: lateInit
    ? () => new Promise((resolve) => setTimeout(resolve, 60_000))
    : token && { Authorization: `Bearer ${token}` },
  shouldRetry: () => true,
  retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
  ...options,
  on: {
    connected: (socket, payload, wasRetry) => say({ on: 'connected', wasRetry }),
    closed: (event) => say({ on: 'closed', code: event.code, reason: event.reason, wasClean: event.wasClean }),
    ping: (received, payload) => say({ on: 'ping', received, payload }),
    pong: (received, payload) => say({ on: 'pong', received, payload })
  }
})

const disposals = new Map()
const commands = {
  subscribe: ({ id, ...request }) =>
    disposals.set(id, client.subscribe(request, {
      next: (value) => say({ on: 'next', id, value }),
      error: (error) => say({ on: 'error', id, ...reason(error) }),
      complete: () => say({ on: 'complete', id })
    })),
  dispose: ({ id }) => disposals.get(id)(),
  terminate: () => client.terminate(),
  end: () => client.dispose()
}
for await (const line of createInterface({ input: process.stdin })) {
  const { do: command, ...rest } = JSON.parse(line)
  commands[command](rest)
}
