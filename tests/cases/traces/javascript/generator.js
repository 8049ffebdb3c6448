async function* rows(){ yield 1; null.a } async function main(){ for await (const r of rows()){} } main();
