// The people of the sandbox whom anybody may play; nobody outside of a sandbox.
import { use } from 'react'

export interface Persona {
  role: string
  email: string
  password: string
}

interface Cast {
  sandbox: boolean
  personas: Persona[]
}

const cast: Promise<Cast> = fetch('/graphql/personas.json').then((answer) => answer.json())

export function usePersonas(): Cast {
  return use(cast)
}
