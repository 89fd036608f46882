/** Metres in one of each. */
export const UNITS: Record<string, number> = { m: 1, km: 1000, mi: 1609.344, ft: 0.3048, in: 0.0254 };

export function convert(value: number, from: string, to: string): number | null {
  const [source, target] = [UNITS[from], UNITS[to]];
  if (source === undefined || target === undefined || !Number.isFinite(value)) return null;
  return Number(((value * source) / target).toPrecision(12));
}
