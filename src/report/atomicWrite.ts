export { writeWhole as atomicWrite } from "../disk/writeWhole.js";
