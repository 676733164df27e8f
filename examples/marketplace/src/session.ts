import { Client, fetchExchange } from '@urql/core'
import { useSyncExternalStore } from 'react'

import { LogInDocument, LogOutDocument, RefreshSessionDocument, type TokensFragment } from './gql/graphql'
import { patient } from './patience'

export const API = '/graphql'

/** An open session, and whose. All tabs of the browser share it. */
export interface Session extends TokensFragment {
  readonly email: string
}

export type SignedIn =
  | { readonly kind: 'open' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'failed' }

const KEPT_AS = 'kalends.session'
const LOCK = 'kalends.refresh'
const EARLY_MS = 20_000

/** Without cache and without credentials: for the mutations that give and take credentials. */
const plain = new Client({ url: API, fetch: patient, exchanges: [fetchExchange], preferGetMethod: false })

let session: Session | null = read()
let hasExpired = false
let refreshing: Promise<void> | null = null
const listeners = new Set<() => void>()

addEventListener('storage', (event) => {
  if (event.key === KEPT_AS) adopt(read())
})

export function useSession(): Session | null {
  return useSyncExternalStore(subscribe, () => session)
}

/** Whether the session ended by itself, so that the visitor is told why. */
export function useHasExpired(): boolean {
  return useSyncExternalStore(subscribe, () => hasExpired)
}

export function current(): Session | null {
  return session
}

/** Whether the access token is about to end, by this device's clock. */
export function isStale(): boolean {
  return session !== null && Date.parse(session.accessExpiresAt) < Date.now() + EARLY_MS
}

/** A token to connect with: the present one, or a new one if it is about to end; null: nobody is signed in. */
export async function accessToken(): Promise<string | null> {
  if (isStale()) await refresh()
  return session?.accessToken ?? null
}

export async function logIn(email: string, password: string): Promise<SignedIn> {
  const { data } = await plain.mutation(LogInDocument, { input: { email, password } })
  switch (data?.logIn.__typename) {
    case 'LogInPayload':
      keep({ email, ...data.logIn.session })
      return { kind: 'open' }
    case 'InvalidCredentials':
      return { kind: 'wrong' }
    case 'Busy':
    case 'TooManyAttempts':
      return { kind: 'wait', ms: data.logIn.retryAfterMs }
    case undefined:
      return { kind: 'failed' }
  }
}

export async function logOut(): Promise<void> {
  const ended = session
  keep(null)
  if (ended) await plain.mutation(LogOutDocument, { input: { refreshToken: ended.refreshToken } })
}

/**
 * New tokens. A refresh token works once, and using it twice ends the session: so one tab asks, under a lock that all tabs
 * share, and the others take what it got.
 */
export function refresh(): Promise<void> {
  const used = session?.accessToken
  refreshing ??= locked(async () => {
    const kept = read()
    if (!kept || kept.accessToken !== used) return adopt(kept)
    const { data, error } = await plain.mutation(RefreshSessionDocument, {
      input: { refreshToken: kept.refreshToken },
    })
    if (data?.refreshSession.__typename === 'RefreshSessionPayload')
      keep({ email: kept.email, ...data.refreshSession.session })
    else if (data?.refreshSession.__typename === 'InvalidToken') keep(null, { expired: true })
    else throw error ?? new Error('The platform is busy.')
  }).finally(() => {
    refreshing = null
  })
  return refreshing
}

async function locked(work: () => Promise<void>): Promise<void> {
  // Browsers have locks only where the page is served safely (HTTPS, or this computer).
  if ('locks' in navigator) await navigator.locks.request(LOCK, work)
  else await work()
}

function keep(next: Session | null, { expired = false } = {}): void {
  if (next) localStorage.setItem(KEPT_AS, JSON.stringify(next))
  else localStorage.removeItem(KEPT_AS)
  hasExpired = expired
  adopt(next)
}

function adopt(next: Session | null): void {
  session = next
  for (const listener of listeners) listener()
}

function read(): Session | null {
  const kept = localStorage.getItem(KEPT_AS)
  return kept ? (JSON.parse(kept) as Session) : null
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
