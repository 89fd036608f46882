import bcrypt from "bcrypt";

export class NameTaken extends Error {
  constructor(name: string) {
    super(`the name ${name} is taken`);
  }
}

/** Names and the hashes of their passwords, in memory. */
export class Accounts {
  private readonly hashes = new Map<string, string>();

  constructor(private readonly rounds: number) {}

  get count(): number {
    return this.hashes.size;
  }

  async create(name: string, password: string): Promise<void> {
    if (this.hashes.has(name)) throw new NameTaken(name);
    this.hashes.set(name, await bcrypt.hash(password, this.rounds));
  }

  async verify(name: string, password: string): Promise<boolean> {
    const hash = this.hashes.get(name);
    return hash !== undefined && (await bcrypt.compare(password, hash));
  }
}
