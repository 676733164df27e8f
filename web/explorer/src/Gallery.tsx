import { useGraphiQL, useGraphiQLActions, type GraphiQLPlugin } from '@graphiql/react'
import { useCallback, useEffect } from 'react'
import { exampleNamed, filled, groups, type Example } from './gallery'
import { logIn, useVisitor } from './session'
import { usePersonas } from './personas'

/** On a phone the gallery covers the editors. */
export const isNarrow = () => matchMedia('(max-width: 700px)').matches

/** Opens an example in a tab of its own. */
function useOpen(): (example: Example) => Promise<void> {
  const { addTab, setVisiblePlugin } = useGraphiQLActions()
  const queryEditor = useGraphiQL((state) => state.queryEditor)
  const variableEditor = useGraphiQL((state) => state.variableEditor)
  return useCallback(
    async (example) => {
      const variables = await filled(example)
      addTab()
      queryEditor?.setValue(example.query)
      variableEditor?.setValue(variables.trim())
      if (isNarrow()) setVisiblePlugin(null)
    },
    [addTab, setVisiblePlugin, queryEditor, variableEditor],
  )
}

function Gallery() {
  const open = useOpen()
  return (
    <section className="gallery" aria-label="Examples">
      <div className="graphiql-doc-explorer-title">Examples</div>
      <p>They run as they are. Open one, then press ▶ or Ctrl-Enter.</p>
      {groups.map((group) => (
        <section key={group.title}>
          <h3>
            {group.title}
            {group.role && <BeSomebody role={group.role} />}
          </h3>
          <ul>
            {group.examples.map((example) => (
              <li key={example.name}>
                <button type="button" onClick={() => void open(example)}>
                  <strong>{example.title}</strong>
                  {example.description && <span>{withCode(example.description)}</span>}
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </section>
  )
}

/** What stands between backticks, as code. */
function withCode(text: string) {
  return text.split('`').map((part, index) => (index % 2 ? <code key={index}>{part}</code> : part))
}

/** Signs in as the persona whose eyes a group's examples need, where the sandbox has one. */
function BeSomebody({ role }: { role: string }) {
  const visitor = useVisitor()
  const persona = usePersonas().personas.find((each) => each.role === role)
  if (!persona || persona.email === visitor?.email) return null
  return (
    <button type="button" className="be" onClick={() => void logIn(persona.email, persona.password)}>
      Sign in as the {role}
    </button>
  )
}

/** Opens the example that the address names: /graphql#example=market. */
export function OpenByAddress() {
  const open = useOpen()
  const ready = useGraphiQL((state) => Boolean(state.queryEditor && state.variableEditor))
  useEffect(() => {
    if (!ready) return
    const openNamed = () => {
      const example = exampleNamed(new URLSearchParams(location.hash.slice(1)).get('example') ?? '')
      if (example) void open(example)
    }
    openNamed()
    addEventListener('hashchange', openNamed)
    return () => removeEventListener('hashchange', openNamed)
  }, [ready, open])
  return null
}

function Icon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round">
      <path d="M4 4h7v7H4zM4 14h7v6H4zM14 4h6v4h-6zM14 11h6v9h-6z" />
    </svg>
  )
}

export const GALLERY: GraphiQLPlugin = { title: 'Examples', icon: Icon, content: Gallery }
