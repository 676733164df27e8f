import type { Fetcher, FetcherReturnType } from '@graphiql/toolkit'
import { getOperationAST } from 'graphql'
import { ask, watch } from './api'
import { authorization } from './session'

/** Operations run as the visitor; what stands in the headers' editor comes first. */
export const fetcher: Fetcher = async (params, options) => {
  const headers = await authorization()
  for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value))
  const operation = options?.documentAST && getOperationAST(options.documentAST, params.operationName)
  // The type of observables has a second way to subscribe, which nobody uses.
  return (operation?.operation === 'subscription' ? watch(params, headers) : ask(params, headers)) as FetcherReturnType
}
