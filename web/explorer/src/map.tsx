import './nonce'
import 'graphql-voyager/dist/voyager.css'
import './style.css'
import { renderVoyager, voyagerIntrospectionQuery } from 'graphql-voyager/dist/voyager.standalone.js'
import { createRoot } from 'react-dom/client'
import { flushSync } from 'react-dom'
import { ask } from './api'
import { Header } from './Header'

function Page() {
  return (
    <>
      <Header title="Map of the schema" map />
      <main id="map" />
    </>
  )
}

const root = createRoot(document.getElementById('root')!)
flushSync(() => root.render(<Page />))
// Voyager brings a React of its own: it draws into its own element.
renderVoyager(document.getElementById('map')!, {
  introspection: ask({ query: voyagerIntrospectionQuery }),
  hideVoyagerLogo: true,
})
