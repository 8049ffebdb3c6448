import { createRoot } from "react-dom/client";

const prices: Record<string, { amount: number }> = {};

function Shop() {
  return <button onClick={() => alert(prices["tea"]!.amount)}>Buy tea</button>;
}

createRoot(document.getElementById("root")!).render(<Shop />);
