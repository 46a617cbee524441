/** Untidy real tables import with the right types, or with an error that names the line. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { besideCheckout, openTestEngine } from '../support/engine.ts'
import type { TestEngine } from '../support/engine.ts'

const folder = besideCheckout('messy')

interface Expected {
  readonly rows: number
  /** Column to type, with its missing values where it has any, and its role where the file states one. */
  readonly columns: Readonly<Record<string, string>>
  readonly dialect?: Readonly<Record<string, unknown>>
}

const tables: Readonly<Record<string, Expected>> = {
  'derived_bike_hour_semicolon_decimalcomma_bom_crlf.csv': {
    rows: 17_379,
    columns: { instant: 'integer', dteday: 'date', temp: 'float', windspeed: 'float', cnt: 'integer' },
    dialect: { delimiter: ';', decimal: ',', bom: true, newline: '\r\n' },
  },
  'messy_oecd_bli_2015.csv': {
    rows: 3292,
    columns: { LOCATION: 'string', Indicator_2: 'string', Value: 'float', 'Flag Codes': 'string 2172 missing' },
    dialect: { bom: true },
  },
  'orange3row_Titanic.csv': {
    rows: 2201,
    columns: { status: 'string', survived: 'string target' },
    dialect: { headerLines: 3 },
  },
  'orange3row_bank-additional.tab': {
    rows: 4119,
    columns: { job: 'string', 'emp.var.rate': 'float', y: 'string target' },
    dialect: { delimiter: '\t', headerLines: 3 },
  },
  'pima_diabetes_missing_NA.csv': {
    rows: 768,
    columns: {
      glucose: 'integer 5 missing',
      insulin: 'integer 374 missing',
      mass: 'float 11 missing',
      diabetes: 'string',
    },
  },
  'selva_Cars93_miss.csv': {
    rows: 93,
    columns: {
      Manufacturer: 'string 4 missing',
      Price: 'float 2 missing',
      AirBags: 'string 6 missing',
      Cylinders: 'string 5 missing',
    },
  },
  'selva_adultTest.csv': { rows: 15_060, columns: { age: 'integer', class: 'string' } },
  'selva_olist_orders_45d.csv': {
    rows: 5480,
    columns: { purchase_time: 'timestamp time', purchase_date: 'date', quantity: 'integer' },
  },
  'selva_orange_juice_withmissing.csv': {
    rows: 1070,
    columns: { Purchase: 'string', LoyalCH: 'float 5 missing', Store7: 'string' },
  },
  // Eleven blank texts among the numbers.
  'telco_churn.csv': {
    rows: 7043,
    columns: { customerID: 'string id', TotalCharges: 'float 11 missing', Churn: 'string' },
  },
  'titanic_train.csv': {
    rows: 891,
    columns: {
      PassengerId: 'integer id',
      Name: 'string',
      Age: 'float 177 missing',
      Cabin: 'string 687 missing',
      Embarked: 'string 2 missing',
    },
  },
  'vega_birdstrikes.csv': {
    rows: 10_000,
    columns: {
      'Flight Date': 'date',
      'Effect Amount of damage': 'string',
      'Cost Total $': 'integer',
      'Speed IAS in knots': 'integer 2836 missing',
    },
  },
  'vega_movies.json': {
    rows: 3201,
    columns: { Title: 'string 1 missing', 'IMDB Rating': 'float 213 missing', 'Release Date': 'string' },
  },
}

describe.skipIf(folder === null)('messy tables', () => {
  let test: TestEngine
  beforeAll(async () => {
    test = await openTestEngine()
  })
  afterAll(() => test.close())

  it.each(Object.keys(tables))('%s', async (name) => {
    const wanted = tables[name]!
    const preview = await test.call.datasets.preview({ file: { path: join(folder!, name) }, options: {} })
    const dataset = await test.importDataset(join(folder!, name))
    expect(dataset.rows).toBe(wanted.rows)
    expect(preview.columns.map((column) => column.name)).toEqual(dataset.columns.map((column) => column.name))
    const found = Object.fromEntries(
      dataset.columns
        .filter((column) => column.name in wanted.columns)
        .map(({ name: column, type, missing, role }) => {
          const expected = wanted.columns[column]!
          const parts = [
            type,
            ...(missing > 0 ? [`${missing} missing`] : []),
            ...(expected.endsWith(role) ? [role] : []),
          ]
          return [column, parts.join(' ')]
        }),
    )
    expect(found).toEqual(wanted.columns)
    if (wanted.dialect) expect(dataset.source.dialect).toMatchObject(wanted.dialect)
  })

  it('the Latin-1 table with a footer names the footer, and imports without it', async () => {
    const path = join(folder!, 'messy_gdp_per_capita_latin1.tsv')
    const preview = await test.call.datasets.preview({ file: { path }, options: {} })
    expect(preview.problems).toContainEqual(
      expect.objectContaining({ code: 'dataset/ragged-row', where: { line: 192, expected: 7, actual: 1 } }),
    )
    const dataset = await test.importDataset(path, { badRows: 'skip' })
    expect(dataset.rows).toBe(189)
    expect(dataset.source.dialect).toMatchObject({ delimiter: '\t', encoding: 'windows-1252', newline: '\r\n' })
    const types = Object.fromEntries(dataset.columns.map((column) => [column.name, column.type]))
    expect(types).toMatchObject({ Country: 'string', 2015: 'float', 'Estimates Start After': 'integer' })
    const { rows } = await test.call.datasets.rows({
      id: dataset.id,
      request: { offset: 0, limit: 1, filter: 'Ivoire' },
    })
    expect(rows[0]![0]).toBe("Côte d'Ivoire")
  })
})
