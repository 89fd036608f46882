export const metadata = {
  title: "Quotes",
  description: "A quote a day, rendered on the server",
};

export default function Layout({ children }) {
  return (
    <html lang="en">
      <body style={{ fontFamily: "serif", maxWidth: "40rem", margin: "4rem auto" }}>{children}</body>
    </html>
  );
}
