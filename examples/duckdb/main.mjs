/**
 * Asks the questions of learning-rates.sql of runs.parquet in this folder, and prints the answers as tables.
 *     npm install && npm start
 */
import { readFile } from "node:fs/promises";
import { DuckDBInstance } from "@duckdb/node-api";

const connection = await (await DuckDBInstance.create()).connect();
const script = await readFile(new URL("learning-rates.sql", import.meta.url), "utf8");
const statements = await connection.extractStatements(script);
for (let index = 0; index < statements.count; index++) {
  const reader = await (await statements.prepare(index)).runAndReadAll();
  if (reader.currentRowCount > 0) console.table(reader.getRowObjectsJson());
}
connection.closeSync();
