import { QUOTES } from "./quotes";
import { Likes } from "./likes";

export default function Page() {
  return (
    <main>
      <img src="/mark.svg" alt="" width="48" height="48" />
      <h1>Quotes</h1>
      {QUOTES.map((quote) => (
        <blockquote key={quote.author}>
          <p>{quote.text}</p>
          <footer>
            {quote.author} <Likes />
          </footer>
        </blockquote>
      ))}
    </main>
  );
}
