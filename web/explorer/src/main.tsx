import './nonce'
import 'graphiql/setup-workers/vite'
import '@graphiql/react/style.css'
import '@graphiql/plugin-doc-explorer/style.css'
import '@graphiql/plugin-history/style.css'
import '@graphiql/plugin-explorer/style.css'
import 'graphiql/graphiql.css'
import './style.css'
import { explorerPlugin } from '@graphiql/plugin-explorer'
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql'
import { StrictMode, Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { fetcher } from './fetcher'
import { GALLERY, isNarrow, OpenByAddress } from './Gallery'
import { Header } from './Header'
import WELCOME from './examples/latest-loans.graphql?raw'

const PLUGINS = [GALLERY, explorerPlugin({ showAttribution: false }), HISTORY_PLUGIN]

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Suspense>
      <Header title="API explorer" />
      <GraphiQL
        fetcher={fetcher}
        plugins={PLUGINS}
        visiblePlugin={isNarrow() ? undefined : GALLERY}
        defaultQuery={WELCOME}
        defaultTheme="light"
        defaultEditorToolsVisibility="variables"
        shouldPersistHeaders={false}
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>
          <OpenByAddress />
        </GraphiQL.Logo>
      </GraphiQL>
    </Suspense>
  </StrictMode>,
)
