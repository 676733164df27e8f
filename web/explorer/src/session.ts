// Who uses the page. Tokens are kept in memory only and go with it.
import { useSyncExternalStore } from 'react'
import { ask, type Answer } from './api'

export interface Visitor {
  name: string
  /** What the account does: LENDER, BORROWER; empty for operators. */
  roles: string[]
  email: string
}

interface Tokens {
  accessToken: string
  accessExpiresAt: string
  refreshToken: string
}

const TOKENS = 'session { accessToken accessExpiresAt refreshToken }'
const LOG_IN = `mutation LogIn($input: LogInInput!) {
  logIn(input: $input) { ... on LogInPayload { ${TOKENS} } ... on UserError { message } }
}`
const REFRESH = `mutation Refresh($input: RefreshSessionInput!) {
  refreshSession(input: $input) { ... on RefreshSessionPayload { ${TOKENS} } ... on UserError { message } }
}`
const LOG_OUT = 'mutation LogOut($input: LogOutInput!) { logOut(input: $input) { __typename } }'
const WHO = 'query Who { me { legalName roles email } }'
const REFRESH_BEFORE_MS = 30_000

let visitor: Visitor | null = null
let tokens: Tokens | null = null
let accessToken: string | null = null
let refreshing: Promise<void> | null = null
const listeners = new Set<() => void>()

export function useVisitor(): Visitor | null {
  return useSyncExternalStore(listen, () => visitor)
}

function listen(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Open a session. Throws an Error whose message is for people. */
export async function logIn(email: string, password: string): Promise<void> {
  const answer = await ask({ query: LOG_IN, variables: { input: { email, password } } })
  const opened = opening(answer, 'logIn')
  await begin(opened.accessToken, opened)
}

/** Act by a token that was made elsewhere. Throws an Error whose message is for people. */
export async function actBy(token: string): Promise<void> {
  await begin(token, null)
}

export async function logOut(): Promise<void> {
  const ended = tokens
  become(null, null, null)
  if (ended) await ask({ query: LOG_OUT, variables: { input: { refreshToken: ended.refreshToken } } })
}

/** The header of the visitor's next operation, with a token that is still good. */
export async function authorization(): Promise<Headers> {
  if (tokens && Date.parse(tokens.accessExpiresAt) - Date.now() < REFRESH_BEFORE_MS) {
    // A refresh token works once: operations that come meanwhile wait for the same answer.
    refreshing ??= refresh(tokens).finally(() => (refreshing = null))
    await refreshing
  }
  return bearer(accessToken)
}

async function refresh(used: Tokens): Promise<void> {
  const answer = await ask({ query: REFRESH, variables: { input: { refreshToken: used.refreshToken } } })
  try {
    tokens = opening(answer, 'refreshSession')
    accessToken = tokens.accessToken
  } catch {
    become(null, null, null)
  }
}

async function begin(token: string, opened: Tokens | null): Promise<void> {
  const answer = await ask({ query: WHO }, bearer(token))
  const me = answer.data?.me
  if (!me) throw new Error(answer.errors?.[0]?.message ?? 'The token speaks for nobody.')
  become({ name: me.legalName, roles: me.roles, email: me.email }, token, opened)
}

function become(who: Visitor | null, token: string | null, opened: Tokens | null) {
  visitor = who
  accessToken = token
  tokens = opened
  listeners.forEach((listener) => listener())
}

function opening(answer: Answer, mutation: string): Tokens {
  const result = answer.data?.[mutation]
  if (!result?.session) throw new Error(result?.message ?? answer.errors?.[0]?.message ?? 'The server did not answer.')
  return result.session
}

function bearer(token: string | null): Headers {
  return new Headers(token ? { authorization: `Bearer ${token}` } : {})
}
