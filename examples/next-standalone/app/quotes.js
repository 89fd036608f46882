export const QUOTES = [
  { text: "Simplicity is prerequisite for reliability.", author: "Edsger Dijkstra" },
  { text: "Programs must be written for people to read.", author: "Harold Abelson" },
  { text: "Premature optimization is the root of all evil.", author: "Donald Knuth" },
];

export function quote(number) {
  const index = Number.isInteger(number) ? number : 0;
  return QUOTES[((index % QUOTES.length) + QUOTES.length) % QUOTES.length];
}
