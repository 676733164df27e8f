import { useEffect, useState, type FormEvent } from 'react'

import { useFormat } from '../format'
import { useTexts, type Texts } from '../i18n'
import { useTitle } from '../parts/title'
import { usePersonas, type Persona } from '../personas'
import { go } from '../router'
import { logIn, useHasExpired, useSession, type SignedIn } from '../session'

export function SignInPage({ next }: { next: string }) {
  const texts = useTexts()
  const session = useSession()
  const hasExpired = useHasExpired()
  useTitle(texts.signIn.title)
  useEffect(() => {
    // Only to a page of this application, whatever an address says.
    if (session) go(/^\/(?![/\\])/.test(next) ? next : '/', { replace: true })
  }, [session, next])
  return (
    <div className="page narrow">
      <h1>{texts.signIn.title}</h1>
      {hasExpired && <p className="notice warn">{texts.signIn.expired}</p>}
      <SignInForm />
      <Personas />
    </div>
  )
}

function Personas() {
  const texts = useTexts()
  const personas = usePersonas()
  const [isBusy, setBusy] = useState(false)
  if (personas.length === 0) return null
  const be = async ({ email, password }: Persona) => {
    setBusy(true)
    await logIn(email, password)
    setBusy(false)
  }
  return (
    <section className="card personas" aria-labelledby="personas-title">
      <div>
        <h2 id="personas-title">{texts.signIn.sandboxTitle}</h2>
        <p className="muted">{texts.signIn.sandboxHint}</p>
      </div>
      {personas.map((persona) => (
        <button
          key={persona.email}
          type="button"
          className="button persona"
          disabled={isBusy}
          onClick={() => void be(persona)}
        >
          <b>{isRole(persona.role, texts) ? texts.signIn.as[persona.role] : persona.role}</b>
          <span className="muted small">{persona.email}</span>
        </button>
      ))}
    </section>
  )
}

function isRole(role: string, texts: Texts): role is keyof Texts['signIn']['as'] {
  return role in texts.signIn.as
}

function SignInForm() {
  const texts = useTexts()
  const format = useFormat()
  const [isBusy, setBusy] = useState(false)
  const [found, setFound] = useState<SignedIn | null>(null)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const said = new FormData(event.currentTarget)
    setBusy(true)
    setFound(await logIn(String(said.get('email')), String(said.get('password'))))
    setBusy(false)
  }
  return (
    <form className="card sign-in" onSubmit={(event) => void submit(event)}>
      <label className="field">
        <span>{texts.signIn.email}</span>
        <input name="email" type="email" autoComplete="username" required maxLength={254} />
      </label>
      <label className="field">
        <span>{texts.signIn.password}</span>
        <input
          name="password"
          type="password"
          autoComplete="current-password"
          required
          minLength={12}
          maxLength={200}
        />
      </label>
      <button type="submit" className="button primary wide" disabled={isBusy}>
        {isBusy ? texts.signIn.busy : texts.signIn.submit}
      </button>
      <div role="alert">
        {found?.kind === 'wrong' && <p className="bad-text">{texts.signIn.wrong}</p>}
        {found?.kind === 'wait' && (
          <p className="bad-text">{texts.signIn.wait(format.count(Math.ceil(found.ms / 1000)))}</p>
        )}
        {found?.kind === 'failed' && <p className="bad-text">{texts.failed.network}</p>}
      </div>
    </form>
  )
}
