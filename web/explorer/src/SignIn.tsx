import { useEffect, useRef, useState, type FormEvent } from 'react'
import { usePersonas } from './personas'
import { actBy, logIn, logOut, useVisitor, type Visitor } from './session'

export function SignIn() {
  const visitor = useVisitor()
  const menu = useRef<HTMLDetailsElement>(null)
  const close = () => menu.current?.removeAttribute('open')
  useEffect(() => {
    const away = (event: Event) => {
      const inside = event.target instanceof Node && menu.current?.contains(event.target)
      if (!inside || (event instanceof KeyboardEvent && event.key === 'Escape')) close()
    }
    addEventListener('pointerdown', away)
    addEventListener('keydown', away)
    return () => {
      removeEventListener('pointerdown', away)
      removeEventListener('keydown', away)
    }
  }, [])
  return (
    <details className="sign-in" ref={menu}>
      <summary>
        {visitor ? visitor.name : 'Sign in'}
        {visitor && <span className="role"> · {role(visitor)}</span>}
      </summary>
      <div className="panel">
        <Choice visitor={visitor} done={close} />
      </div>
    </details>
  )
}

function role(visitor: Visitor): string {
  return visitor.roles.join(', ').toLowerCase() || 'operator'
}

function Signed({ visitor }: { visitor: Visitor }) {
  return (
    <>
      <p>
        Operations run as <strong>{visitor.name}</strong>, {visitor.email}.
      </p>
      <button type="button" onClick={() => void logOut()}>
        Sign out
      </button>
    </>
  )
}

function Choice({ visitor, done }: { visitor: Visitor | null; done: () => void }) {
  const { sandbox, personas } = usePersonas()
  const [fault, setFault] = useState('')
  const [busy, setBusy] = useState(false)

  async function attempt(entry: Promise<void>) {
    setBusy(true)
    setFault('')
    try {
      await entry
      done()
    } catch (error) {
      setFault((error as Error).message)
    } finally {
      setBusy(false)
    }
  }

  function submit(event: FormEvent<HTMLFormElement>, enter: (fields: FormData) => Promise<void>) {
    event.preventDefault()
    void attempt(enter(new FormData(event.currentTarget)))
  }

  return (
    <fieldset disabled={busy}>
      {visitor && <Signed visitor={visitor} />}
      {personas.length > 0 && <p>This is a sandbox. Be one of its people:</p>}
      {personas
        .filter(({ email }) => email !== visitor?.email)
        .map(({ role, email, password }) => (
          <button type="button" className="persona" key={email} onClick={() => void attempt(logIn(email, password))}>
            <strong>{role}</strong>
            <span>{email}</span>
          </button>
        ))}
      {sandbox && !visitor && (
        <form onSubmit={(event) => submit(event, (f) => logIn(String(f.get('email')), String(f.get('password'))))}>
          <label>
            E-mail
            <input name="email" type="email" autoComplete="username" required />
          </label>
          <label>
            Password
            <input name="password" type="password" autoComplete="current-password" required />
          </label>
          <button>Sign in</button>
        </form>
      )}
      {!visitor && (
        <form onSubmit={(event) => submit(event, (fields) => actBy(String(fields.get('token')).trim()))}>
          <label>
            {sandbox ? 'Or an access token' : 'An access token'}
            <input name="token" placeholder="kpat_…" autoComplete="off" required />
          </label>
          <button>Use it</button>
        </form>
      )}
      {fault && <p role="alert">{fault}</p>}
    </fieldset>
  )
}
