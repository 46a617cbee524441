/**
 * What a record holds under a name that comes from data. A column may be called "constructor", which every object
 * inherits: a plain look-up would find a function there.
 */
export const ownValue = <T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
