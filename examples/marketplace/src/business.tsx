import { createContext, useContext, useMemo, type ReactNode } from 'react'
import { useQuery } from 'urql'

import { PlatformDocument, type PlatformQuery } from './gql/graphql'

/** The platform, and its business time: deadlines run by it, and a sandbox may be in another year than this device. */
export interface Business {
  readonly platform: PlatformQuery['platform'] | null
  readonly now: () => number
  readonly timeZone: string
}

const Known = createContext<Business | null>(null)

export function BusinessProvider({ children }: { children: ReactNode }) {
  const [{ data }] = useQuery({ query: PlatformDocument, requestPolicy: 'cache-and-network' })
  const business = useMemo(() => {
    const platform = data?.platform ?? null
    const ahead = platform ? Date.parse(platform.now) - Date.now() : 0
    return { platform, now: () => Date.now() + ahead, timeZone: platform?.profile.timeZone ?? 'UTC' }
  }, [data])
  return <Known value={business}>{children}</Known>
}

export function useBusiness(): Business {
  const business = useContext(Known)
  if (!business) throw new Error('a BusinessProvider is around all pages')
  return business
}
