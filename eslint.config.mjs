// Lint rules. The layer rules of docs/design.md are `layers` below; test/unit/layers.test.ts proves each one.
import importX from 'eslint-plugin-import-x'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** [target, what it must not import, why] */
export const layers = [
  ['./shared', ['./electron', './renderer', './test'], 'shared imports nothing of ours'],
  [
    './electron/data-plane',
    [
      './electron/engine',
      './electron/serving',
      './electron/scorer',
      './electron/main',
      './electron/preload',
      './electron/cli',
      './renderer',
    ],
    'the data plane imports shared only',
  ],
  [
    './electron/scorer',
    [
      './electron/engine',
      './electron/serving',
      './electron/main',
      './electron/preload',
      './electron/cli',
      './renderer',
    ],
    'the scorer imports the data plane and shared',
  ],
  [
    './electron/serving',
    [
      './electron/engine',
      './electron/data-plane',
      './electron/scorer',
      './electron/main',
      './electron/preload',
      './electron/cli',
      './renderer',
    ],
    'serving goes into the container: it imports shared only',
  ],
  [
    './electron/engine',
    [
      './electron/serving',
      './electron/main',
      './electron/preload',
      './electron/cli',
      './electron/scorer',
      './renderer',
    ],
    'the engine imports the data plane and shared',
  ],
  [
    './electron/cli',
    [
      './electron/serving',
      './electron/data-plane',
      './electron/main',
      './electron/preload',
      './electron/scorer',
      './renderer',
    ],
    'the CLI imports the engine and shared',
  ],
  [
    './electron/main',
    [
      './electron/engine',
      './electron/serving',
      './electron/data-plane',
      './electron/cli',
      './electron/preload',
      './electron/scorer',
      './renderer',
    ],
    'main never computes: it imports shared only',
  ],
  [
    './electron/preload',
    [
      './electron/engine',
      './electron/serving',
      './electron/data-plane',
      './electron/cli',
      './electron/main',
      './electron/scorer',
      './renderer',
    ],
    'preload imports shared only',
  ],
  ['./renderer', ['./electron', './test'], 'the renderer imports shared only'],
]

const zones = layers.map(([target, from, message]) => ({ target, from, message }))
const noElectron = { name: 'electron', message: "'electron' is imported in electron/main and electron/preload alone" }
const noNode = { regex: '^node:', message: 'shared and the renderer have no Node' }

export default tseslint.config(
  { ignores: ['dist/**', 'release/**', '.cache/**', 'node_modules/**', 'pictures/**', 'test-results/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver': { node: { extensions: ['.ts', '.tsx', '.mjs', '.js'] } } },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-default-export': 'error',
      'no-restricted-imports': ['error', { paths: [noElectron] }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['shared/**/*.ts', 'renderer/**/*.{ts,tsx}'],
    rules: { 'no-restricted-imports': ['error', { paths: [noElectron], patterns: [noNode] }] },
  },
  {
    files: ['electron/main/**/*.ts', 'electron/preload/**/*.ts'],
    rules: { 'no-restricted-imports': 'off' },
  },
  { files: ['renderer/**/*.tsx'], plugins: { 'react-hooks': reactHooks }, rules: reactHooks.configs.recommended.rules },
  { files: ['electron/cli/**', 'test/**', '.ci/**', '*.config.ts'], rules: { 'no-console': 'off' } },
  { files: ['*.config.ts'], rules: { 'import-x/no-default-export': 'off' } },
)
