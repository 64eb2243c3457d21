/** The columns of a figure's table, which tell it from other people's CSV files. */
export const figureColumns = ["panel", "kind", "series", "x_name", "x", "y_name", "mean", "low", "high"];
