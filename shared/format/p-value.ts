/** "0.0202", "< 0.0001", or "—" where nothing was tested. */
export const formatP = (p: number | null): string => (p === null ? '—' : p < 0.0001 ? '< 0.0001' : p.toFixed(4))
