import icon from './icon.svg'
import { SignIn } from './SignIn'

/** The product's name, where else to look, and who is looking. */
export function Header({ title, map = false }: { title: string; map?: boolean }) {
  return (
    <header className="kalends">
      <a className="name" href="/graphql">
        <img src={icon} alt="" width="24" height="24" />
        Kalends
      </a>
      <h1>{title}</h1>
      <nav>
        {map ? <a href="/graphql">Explorer</a> : <a href="/graphql/map/">Map</a>}
        <a href="/schema.graphql">Schema</a>
        <a href="/docs/">Docs</a>
      </nav>
      {!map && <SignIn />}
    </header>
  )
}
