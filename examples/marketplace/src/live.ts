import { createClient, type FormattedExecutionResult, type Sink, type SubscribePayload } from 'graphql-ws'
import { useSyncExternalStore } from 'react'

import { accessToken, API, refresh } from './session'

const UNAUTHORIZED = 4401
const FIRST_WAIT_MS = 250
const LONGEST_WAIT_MS = 8_000
const QUIET_MS = 20_000

let isConnected = true
const listeners = new Set<() => void>()

/** Whether changes arrive; true as long as nobody has tried in vain. */
export function useIsLive(): boolean {
  return useSyncExternalStore(subscribe, () => isConnected)
}

/** Watches over a WebSocket that comes back by itself, each time with a fresh token. One for each visitor. */
export function openLive(): (payload: SubscribePayload, sink: Sink<FormattedExecutionResult>) => () => void {
  const sockets = createClient({
    url: () => new URL(API, location.href).href.replace(/^http/, 'ws'),
    connectionParams: async () => {
      const token = await accessToken()
      return token ? { Authorization: `Bearer ${token}` } : {}
    },
    lazyCloseTimeout: 1_000,
    keepAlive: QUIET_MS,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (retries) => pause(Math.min(FIRST_WAIT_MS * 2 ** retries, LONGEST_WAIT_MS) * (0.75 + Math.random() / 2)),
    on: { connected: () => tell(true), closed: (event) => tell(isNormal(event)) },
  })
  return (payload, sink) => {
    let stop = () => {}
    let isOver = false
    const begin = () => {
      stop = sockets.subscribe(payload, {
        ...sink,
        error: (error) => void (isOver || beginAgain(error).catch(() => sink.error(error))),
      })
    }
    // The library gives up for good when the server says that a token has ended (4401) or that we read too slowly (1008).
    const beginAgain = async (error: unknown) => {
      if (!isClose(error)) throw error
      if (error.code === UNAUTHORIZED) await refresh()
      await pause(FIRST_WAIT_MS)
      if (!isOver) begin()
    }
    begin()
    return () => {
      isOver = true
      stop()
    }
  }
}

function isClose(error: unknown): error is CloseEvent {
  return typeof error === 'object' && error !== null && 'code' in error && 'reason' in error
}

function isNormal(event: unknown): boolean {
  return isClose(event) && event.code === 1_000
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function tell(connected: boolean): void {
  isConnected = connected
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
