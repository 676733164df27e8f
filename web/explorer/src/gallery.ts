// The examples: operations that run as they are, their variables filled with what this platform has.
import { ask } from './api'
import { authorization } from './session'
import gallery from './examples/gallery.json'

export interface Example {
  name: string
  title: string
  description: string
  query: string
  /** JSON, in which "{product}" and the like stand for what is looked up when the example is opened. */
  variables: string
}

export interface Group {
  title: string
  /** Whose eyes it needs: a role of the sandbox's personas. */
  role?: string
  examples: Example[]
}

interface Lookup {
  query: string
  path: (string | number)[]
  otherwise?: string
}

const documents = import.meta.glob<string>('./examples/*.graphql', { query: '?raw', import: 'default', eager: true })
const variables = import.meta.glob<string>(['./examples/*.json', '!./examples/gallery.json'], {
  query: '?raw', import: 'default', eager: true,
})
const lookups: Record<string, Lookup> = gallery.lookups
const PLACEHOLDER = /"\{(\w+)\}"/g
const DAY_MS = 24 * 60 * 60 * 1000

export const groups: Group[] = gallery.groups.map(({ examples, ...group }) => ({ ...group, examples: examples.map(example) }))

export function exampleNamed(name: string): Example | undefined {
  return groups.flatMap((group) => group.examples).find((example) => example.name === name)
}

function example(name: string): Example {
  const query = documents[`./examples/${name}.graphql`]!
  const comments = query.split('\n').filter((line) => line.startsWith('# ')).map((line) => line.slice(2))
  const [title = name, ...description] = comments
  return { name, title, description: description.join(' '), query, variables: variables[`./examples/${name}.json`] ?? '' }
}

/** The example's variables, with what they need looked up as the visitor sees it. */
export async function filled(example: Example): Promise<string> {
  const wanted = new Set([...example.variables.matchAll(PLACEHOLDER)].map((match) => match[1]!))
  const found = new Map(await Promise.all([...wanted].map(async (name) => [name, await look(name)] as const)))
  return example.variables.replace(PLACEHOLDER, (_, name: string) => JSON.stringify(found.get(name) ?? ''))
}

async function look(name: string): Promise<string> {
  switch (name) {
    case 'key':
      return crypto.randomUUID()
    case 'inAMonth':
      return new Date(Date.now() + 30 * DAY_MS).toISOString()
    case 'inAWeek': {
      const { data } = await ask({ query: '{ platform { now } }' })
      return new Date(Date.parse(data.platform.now) + 7 * DAY_MS).toISOString()
    }
  }
  const { query, path, otherwise } = lookups[name]!
  const { data } = await ask({ query }, await authorization())
  const found = path.reduce<any>((value, key) => value?.[key], data)
  return found ?? (otherwise ? look(otherwise) : '')
}
