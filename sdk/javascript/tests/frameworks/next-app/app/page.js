export default function Page() {
  return <p>good</p>;
}
