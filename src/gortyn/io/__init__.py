"""Where Gortyn touches files: scenarios with positions in, results folders out, and the dictionary of every column."""
