//! Printing an outcome. Narrow on purpose, so that it can be joined with the reporters of `check`.
