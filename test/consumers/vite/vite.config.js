export default {
  // the library's threads are a chunk that is loaded when asked for: module workers only
  worker: { format: "es" },
  build: { target: "es2022" },
};
