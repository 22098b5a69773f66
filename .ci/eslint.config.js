import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['dist/**', 'src/analysis/filter/grammar.js', 'src/analysis/filter/grammar.d.ts'] },
  ...tseslint.configs.recommended,
  {
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': ['error', { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    // The core is a pure function of its input: no I/O, no clock, no timers. Only io, report, tui and cli may use them.
    files: ['src/{bytes,capture,network,tcp,mqtt,session,conformance,analysis}/**/*.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group: ['node:*'], message: 'Core layers do no I/O.' }] }],
      'no-restricted-globals': ['error', 'Date', 'process', 'Buffer', 'setTimeout', 'setInterval', 'setImmediate', 'performance', 'console', 'Promise', 'fetch'],
    },
  },
  { files: ['.ci/**', 'test/**/*.config.ts', 'src/cli/lazy-string-width.js'], rules: { 'no-restricted-syntax': 'off' } },
  // CommonJS, which is loaded sooner than an ES module.
  { files: ['bin/**'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  { files: ['test/bench/**', 'fixtures/**', 'test/**'], rules: { 'no-console': 'off' } },
)
