export interface Book {
  id: number;
  title: string;
  author: string;
  year: number;
  tags: string[];
}

export type NewBook = Omit<Book, "id">;

/** Books in memory, by ascending id. */
export class Library {
  private readonly books = new Map<number, Book>();
  private nextId = 1;

  static withSamples(): Library {
    const library = new Library();
    library.add({ title: "The Art of Computer Programming", author: "Knuth", year: 1968, tags: ["algorithms"] });
    library.add({ title: "A Pattern Language", author: "Alexander", year: 1977, tags: ["architecture"] });
    library.add({ title: "The Mythical Man-Month", author: "Brooks", year: 1975, tags: ["management"] });
    return library;
  }

  all(): Book[] {
    return [...this.books.values()];
  }

  get(id: number): Book | undefined {
    return this.books.get(id);
  }

  add(book: NewBook): Book {
    const added = { id: this.nextId++, ...book };
    this.books.set(added.id, added);
    return added;
  }

  remove(id: number): boolean {
    return this.books.delete(id);
  }

  search(text: string): Book[] {
    const wanted = text.toLowerCase();
    return this.all().filter((book) =>
      [book.title, book.author, ...book.tags].some((field) => field.toLowerCase().includes(wanted)),
    );
  }
}
