import './styles/base.css'
import './styles/parts.css'
import './styles/pages.css'

import { StrictMode, useMemo } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider } from 'urql'

import { App } from './App'
import { makeClient } from './client'
import { SpeakingProvider } from './i18n'
import { useSession } from './session'

/** Another visitor gets another client: nothing of the last one's stays in the cache. */
function Root() {
  const visitor = useSession()?.email ?? null
  const client = useMemo(makeClient, [visitor])
  return (
    <Provider value={client}>
      <App key={visitor} />
    </Provider>
  )
}

const place = document.getElementById('root')
if (!place) throw new Error('index.html has a #root')
createRoot(place).render(
  <StrictMode>
    <SpeakingProvider>
      <Root />
    </SpeakingProvider>
  </StrictMode>,
)
