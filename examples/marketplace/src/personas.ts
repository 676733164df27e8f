import { useEffect, useState } from 'react'

const WHERE = '/graphql/personas.json'
const SHOWN = ['lender', 'borrower']

/** Somebody of a sandbox's cast whom a visitor may be. Their passwords are no secret there. */
export interface Persona {
  readonly role: string
  readonly email: string
  readonly password: string
}

/** The lender and the borrower whom the sandbox offers; nobody elsewhere. */
export function usePersonas(): readonly Persona[] {
  const [personas, setPersonas] = useState<readonly Persona[]>([])
  useEffect(() => {
    void read().then(setPersonas)
  }, [])
  return personas
}

async function read(): Promise<readonly Persona[]> {
  const answer = await fetch(WHERE)
  const cast = answer.ok ? ((await answer.json()) as { personas: readonly Persona[] }).personas : []
  return SHOWN.flatMap((role) => cast.find((persona) => persona.role === role) ?? [])
}
