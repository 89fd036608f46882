"use client";

import { useState } from "react";

export function Likes() {
  const [count, setCount] = useState(0);
  return <button onClick={() => setCount(count + 1)}>{count === 0 ? "like" : `liked ${count}×`}</button>;
}
