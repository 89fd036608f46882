import { useRoute } from "./route.js";
import { TaskList } from "./task-list.jsx";

function Page({ title }) {
  const route = useRoute();
  return (
    <main>
      <h1>{title}</h1>
      <nav>
        <a href="/">Open</a> <a href="/done">Done</a>
      </nav>
      <TaskList done={route === "/done"} />
    </main>
  );
}

export function App(props) {
  return <Page {...props} />;
}
