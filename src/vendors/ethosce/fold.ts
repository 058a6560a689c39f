// Comparing as EthosCE's database does: case, accents and trailing spaces do not count (measured on its software).

export function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trimEnd();
}

export function sameText(a: string, b: string): boolean {
  return fold(a) === fold(b);
}
