declare module 'graphql-voyager/dist/voyager.standalone.js' {
  export function renderVoyager(root: Element, props: { introspection: unknown } & Record<string, unknown>): void
  export const voyagerIntrospectionQuery: string
}
