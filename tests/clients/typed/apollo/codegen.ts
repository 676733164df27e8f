import type { CodegenConfig } from '@graphql-codegen/cli'

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: ['program.ts'],
  generates: {
    'gql/': {
      preset: 'client',
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        scalars: { Decimal: 'string', Rate: 'string', Date: 'string', DateTime: 'string' }
      },
      presetConfig: { fragmentMasking: false }
    }
  },
  importExtension: '.ts'
}
export default config
