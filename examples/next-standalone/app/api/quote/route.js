import { quote } from "../../quotes";

export const dynamic = "force-dynamic";

export function GET(request) {
  const number = Number.parseInt(new URL(request.url).searchParams.get("n") ?? "0", 10);
  return Response.json(quote(number));
}
