/** The row API of one release as an OpenAPI 3.1 document. */
import { spaceNote } from '../explain/graph/explained-outputs.ts'
import type { ReasonsFile } from '../explain/reasons-file.ts'
import { mostReasons } from './predictions.ts'
import type { InputColumn, ReleaseManifest } from './release-manifest.ts'

type Json = Readonly<Record<string, unknown>>

function columnSchema(column: InputColumn): Json {
  const type = { integer: 'integer', float: 'number', boolean: 'boolean' }[column.type as string] ?? 'string'
  const notes = [
    column.minimum !== null || column.maximum !== null
      ? `Evaluated between ${column.minimum} and ${column.maximum}; outside of it the answer carries the warning input/out-of-range.`
      : '',
    column.categories
      ? `Evaluated values: ${column.categories
          .slice(0, 50)
          .map((value) => JSON.stringify(value))
          .join(', ')}; others carry the warning input/unseen-category.`
      : '',
    column.image ? `A PNG image of ${column.image.width} × ${column.image.height} in base64.` : '',
  ]
  return {
    type: column.missing ? [type, 'null'] : type,
    ...(column.type === 'date' ? { format: 'date' } : {}),
    ...(column.type === 'timestamp' ? { format: 'date-time' } : {}),
    ...(column.type === 'image' ? { contentEncoding: 'base64', contentMediaType: 'image/png' } : {}),
    ...(notes.some(Boolean) ? { description: notes.filter(Boolean).join(' ') } : {}),
  }
}

const error = (description: string): Json => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
})

const rowList: Json = { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/Row' } }

const reasonSchema: Json = {
  type: 'object',
  properties: {
    column: { type: 'string', description: 'The raw column, or columns that the model mixes.' },
    value: { type: 'string', description: 'Its value in the row, as text.' },
    contribution: { type: 'number', description: 'What it adds to the explained output.' },
    direction: { enum: ['for', 'against'] },
    share: { type: 'number', minimum: 0, maximum: 1, description: 'Of the sizes of all contributions of the row.' },
    words: { type: 'string', description: 'The same as a sentence.' },
  },
  required: ['column', 'value', 'contribution', 'direction', 'share', 'words'],
}

/** What a prediction has beside the rest where reasons were asked for. */
const explained = ({ method, space }: ReasonsFile): Json => ({
  reasonsFor: {
    type: 'string',
    description: 'The output that the reasons speak for and against: the positive class, or the likeliest one.',
  },
  reasons: {
    type: 'array',
    description: `The strongest first, where they were asked for. Contributions are Shapley values (${method}) ${spaceNote(space)}; those under a hundredth of the whole are left out.`,
    items: { $ref: '#/components/schemas/Reason' },
  },
})

/**
 * @param reasons null where the release gives none
 * @param example a golden row, as a caller would send it
 * @param path of the predictions: a server of several versions has one for each
 */
export function openApi(
  manifest: ReleaseManifest,
  reasons: ReasonsFile | null,
  example: Json | null,
  path = '/v1/predict',
): Json {
  const { model, binding, threshold } = manifest
  const { output } = binding
  const classes = output.classes
  const nullable = (type: string): Json => ({ type: [type, 'null'] })
  return {
    openapi: '3.1.0',
    info: {
      title: model.name,
      version: String(model.version),
      description: `Predicts ${manifest.target}${
        threshold === null
          ? ''
          : `; ${output.positive === null ? 'each label' : `"${output.positive}"`} where its probability is ${threshold} or more`
      }. Approved until ${manifest.approval.expiresAt}.`,
    },
    components: {
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: {
        Row: {
          type: 'object',
          properties: Object.fromEntries(manifest.inputs.map((column) => [column.name, columnSchema(column)])),
          required: manifest.inputs.map((column) => column.name),
          ...(example ? { examples: [example] } : {}),
        },
        Prediction: {
          type: 'object',
          properties: {
            label:
              classes.length > 0 && output.task !== 'multilabel' ? { enum: [...classes, null] } : nullable('string'),
            probabilities: {
              type: ['object', 'null'],
              properties: Object.fromEntries(classes.map((name) => [name, nullable('number')])),
            },
            value: nullable('number'),
            modelLabel: nullable('string'),
            warnings: {
              type: 'array',
              items: {
                type: 'object',
                properties: { code: { type: 'string' }, column: { type: 'string' }, message: { type: 'string' } },
                required: ['code', 'message'],
              },
            },
            ...(reasons ? explained(reasons) : {}),
          },
          required: ['label', 'probabilities', 'value', 'modelLabel', 'warnings'],
        },
        ...(reasons ? { Reason: reasonSchema } : {}),
        Error: {
          type: 'object',
          properties: {
            error: { type: 'string' },
            code: { type: 'string' },
            remedy: { type: 'string' },
            problems: {
              type: 'array',
              items: {
                type: 'object',
                properties: {
                  row: { type: 'integer', description: 'From 0.' },
                  column: { type: 'string' },
                  code: { type: 'string' },
                  message: { type: 'string' },
                },
              },
            },
          },
          required: ['error', 'code'],
        },
      },
    },
    security: [{ key: [] }, { bearer: [] }],
    paths: {
      [path]: {
        post: {
          summary: `Predicts one row (an object) or many (a list of objects)${reasons ? ', with reasons where { rows, reasons } asks for them' : ''}`,
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: {
                  anyOf: [
                    { $ref: '#/components/schemas/Row' },
                    rowList,
                    {
                      type: 'object',
                      properties: {
                        rows: { anyOf: [{ $ref: '#/components/schemas/Row' }, rowList] },
                        ...(reasons
                          ? {
                              reasons: {
                                type: 'integer',
                                minimum: 0,
                                maximum: mostReasons,
                                description: 'How many of the strongest reasons to give for each prediction.',
                              },
                            }
                          : {}),
                      },
                      required: ['rows'],
                    },
                  ],
                },
              },
            },
          },
          responses: {
            200: {
              description: 'One prediction a row, in the order of the rows',
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    properties: {
                      model: { const: model.served },
                      version: { const: String(model.version) },
                      id: { type: 'string' },
                      predictions: { type: 'array', items: { $ref: '#/components/schemas/Prediction' } },
                    },
                    required: ['model', 'version', 'id', 'predictions'],
                  },
                },
              },
            },
            400: error('The body is no JSON or not of this shape, or the release gives no reasons'),
            401: error('No key, or one that is not known'),
            413: error('Too large, or too many rows'),
            422: error('Rows that do not fit the approved schema; none is scored'),
            429: error('Too many requests of this key'),
            503: error('Overloaded, draining, or the approval has expired'),
            504: error('Not answered in time'),
          },
        },
      },
    },
  }
}
