export default {
  // relative addresses, so that the built page works from any folder of a server
  base: "./",
  worker: { format: "es" },
  build: { target: "es2022" },
};
