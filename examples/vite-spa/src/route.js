import { useEffect, useState } from "preact/hooks";

/** The path of the page, kept up to date while links are followed without a reload. */
export function useRoute() {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const follow = (event) => {
      const link = event.target.closest("a[href^='/']");
      if (!link) return;
      event.preventDefault();
      history.pushState(null, "", link.getAttribute("href"));
      setPath(location.pathname);
    };
    const back = () => setPath(location.pathname);
    addEventListener("click", follow);
    addEventListener("popstate", back);
    return () => {
      removeEventListener("click", follow);
      removeEventListener("popstate", back);
    };
  }, []);
  return path;
}
