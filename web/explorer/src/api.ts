// How the page asks the API, for itself and for whoever uses it.
import type { ExecutionResult } from 'graphql'
import { createClient } from 'graphql-ws'

export interface Params {
  query: string
  operationName?: string | null
  variables?: unknown
}

export type Answer = ExecutionResult<any>

export const ENDPOINT = '/graphql'

export async function ask(params: Params, headers: Headers = new Headers()): Promise<Answer> {
  const sent = new Headers(headers)
  sent.set('content-type', 'application/json')
  sent.set('accept', 'application/graphql-response+json')
  const answer = await fetch(ENDPOINT, { method: 'POST', headers: sent, body: JSON.stringify(params) })
  return answer.json()
}

interface Observer {
  next(value: Answer): void
  error(error: unknown): void
  complete(): void
}

/** A subscription on a connection of its own, which goes with it. */
export function watch(params: Params, headers: Headers) {
  return {
    subscribe(observer: Observer) {
      const authorization = headers.get('authorization')
      const client = createClient({
        url: new URL(ENDPOINT, location.href.replace(/^http/, 'ws')).href,
        connectionParams: authorization ? { Authorization: authorization } : {},
      })
      const stop = client.subscribe(params as never, {
        next: (value) => observer.next(value as Answer),
        error: (error) => observer.error(error instanceof CloseEvent ? closed(error) : error),
        complete: () => observer.complete(),
      })
      return { unsubscribe: stop }
    },
  }
}

function closed(event: CloseEvent): Error {
  return new Error(`The server closed the connection: ${event.code} ${event.reason}`.trim())
}
