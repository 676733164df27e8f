const MOST_TRIES = 4
const BUSY = [429, 503]

/** Fetches, and asks again when the platform is busy or limits the rate, after the time it says. Nothing was done then. */
export async function patient(...asked: Parameters<typeof fetch>): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    const answer = await fetch(...asked)
    if (!BUSY.includes(answer.status) || tries === MOST_TRIES) return answer
    const seconds = Number(answer.headers.get('retry-after') ?? 1)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  }
}
