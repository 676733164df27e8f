// GraphQL over HTTP, audited by the reference implementation's suite; a line of JSON for each audit.
import { serverAudits } from 'graphql-http'

const { url } = JSON.parse(process.argv[2])
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const { id, name, status, reason } = await audit.fn()
  process.stdout.write(JSON.stringify({ id, name, status, reason }) + '\n')
}
process.stdout.write('null\n')
