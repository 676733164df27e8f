import type { Fetcher, FetcherReturnType } from '@graphiql/toolkit'
import { GraphQLError, parse, type OperationDefinitionNode } from 'graphql'
import { ask, watch } from './api'
import { authorization } from './session'

/** Operations run as the visitor; what stands in the headers' editor comes first. */
export const fetcher: Fetcher = async (params, options) => {
  const headers = await authorization()
  for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value))
  const operation = meant(params.query, params.operationName)
  const asked = { ...params, operationName: operation?.name?.value }
  // The type of observables has a second way to subscribe, which nobody uses.
  return (operation?.operation === 'subscription' ? watch(asked, headers) : ask(asked, headers)) as FetcherReturnType
}

/** The operation that is to run. The editor knows its name and kind a moment late, after an example was opened. */
function meant(query: string, name?: string | null): OperationDefinitionNode | undefined {
  try {
    const operations = parse(query).definitions.filter((each) => each.kind === 'OperationDefinition')
    return operations.find((each) => each.name?.value === name) ?? operations[0]
  } catch (error) {
    if (error instanceof GraphQLError) return undefined // the server says what is wrong
    throw error
  }
}
