"use strict";

/** First in, first out; a job with `urgent` goes before those without. */
class Queue {
  #jobs = [];
  #number = 0;

  get size() {
    return this.#jobs.length;
  }

  push(body) {
    const job = { number: ++this.#number, urgent: Boolean(body?.urgent), body };
    const at = job.urgent ? this.#jobs.findIndex((other) => !other.urgent) : -1;
    this.#jobs.splice(at < 0 ? this.#jobs.length : at, 0, job);
    return job;
  }

  shift() {
    return this.#jobs.shift();
  }
}

module.exports = { Queue };
