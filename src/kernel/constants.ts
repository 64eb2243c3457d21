/**
 * Numbers that the kernel and its host must agree on; both compilers read this file (whole numbers are i32 to
 * AssemblyScript).
 */

/** Norms between embedding and unembedding. */
export const NO_NORM = 0;
export const LAYERNORM = 1;
export const RMSNORM = 2;

/** Optimizers. */
export const ADAM = 0;
export const COUPLED_ADAM = 1;
export const SGD = 2;
export const SIGN = 3;

/** How a target is drawn for an input: from p; by topics; from a table an input. */
export const INDEPENDENT = 0;
export const TOPICS = 1;
export const TABLES = 2;

/** f64 scalars of one update: room for those of any optimizer. */
export const SCALARS = 8;

/** What a stream of random numbers is for: each purpose has its own numbers under one seed. */
export const BATCH = 0;
export const EMBEDDING = 1;
export const UNEMBEDDING = 2;
export const SAMPLED_EVALUATION = 3;
export const STRATIFIED_EVALUATION = 4;
export const LOW_RANK_FACTORS = 5;

/** Columns that are multiplied before the next rows come; also of a block of a combined step's moments. */
export const BLOCK_COLUMNS = 192;
/** Columns of a full panel of the products. */
export const PANEL_COLUMNS = 16;
/** Bytes by which WebAssembly's memory grows. */
export const PAGE = 65536;
