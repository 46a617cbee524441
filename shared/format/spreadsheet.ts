/** Cells of files that people open in a spreadsheet, which runs what starts with = + - @ as a formula (OWASP, CSV injection). */

/** What is prefixed with an apostrophe: a formula's first character, or white space that hides one. */
export const formulaStart = /^[=+@\t\r\n-]/

/** Text made harmless; numbers are left alone. */
export const guardCell = (text: string): string =>
  formulaStart.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text
