import { MOST_STEPS, wholeNumber } from "../schema.js";

/** The step of an intervention. @internal */
export const stepSchema = () => wholeNumber(0, MOST_STEPS);
