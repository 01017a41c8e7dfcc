//! Long product and agent tables, in the columns that PyBLP uses, to markets.
