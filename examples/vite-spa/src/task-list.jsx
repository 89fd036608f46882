import { useState } from "preact/hooks";

const SAMPLES = [
  { id: 1, text: "Write the report", done: false },
  { id: 2, text: "Water the plants", done: true },
];

export function TaskList({ done }) {
  const [tasks, setTasks] = useState(SAMPLES);
  const [text, setText] = useState("");
  const shown = tasks.filter((task) => task.done === done);

  const toggle = (id) =>
    setTasks(tasks.map((task) => (task.id === id ? { ...task, done: !task.done } : task)));

  const add = (event) => {
    event.preventDefault();
    if (!text.trim()) return;
    setTasks([...tasks, { id: Date.now(), text: text.trim(), done: false }]);
    setText("");
  };

  return (
    <section>
      <ul>
        {shown.map((task) => (
          <li key={task.id}>
            <label>
              <input type="checkbox" checked={task.done} onChange={() => toggle(task.id)} /> {task.text}
            </label>
          </li>
        ))}
      </ul>
      <form onSubmit={add}>
        <input value={text} onInput={(event) => setText(event.currentTarget.value)} placeholder="New task" />
      </form>
    </section>
  );
}
