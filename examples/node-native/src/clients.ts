// semver is in no dependency of this package's own: nodemon, a development tool, brings it along.
import semver from "semver";

const OLDEST = ">=2.3.0 <4";

/** Whether a client of that version may still talk to the service. */
export function supports(version: string): boolean {
  const cleaned = semver.valid(semver.coerce(version));
  return cleaned !== null && semver.satisfies(cleaned, OLDEST);
}
